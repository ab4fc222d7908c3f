from monitor.views.guard import enter

viewer = enter("ward")

from monitor.views import ward

ward.show(viewer)
