from monitor.views.guard import enter

viewer = enter("instructor")

from monitor.views import instructor

instructor.show(viewer)
