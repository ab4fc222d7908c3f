from monitor.views.guard import enter

viewer = enter("room")

from monitor.views import room

room.show(viewer)
