from monitor.views.guard import enter

viewer = enter("protocol")

from monitor.views import protocol

protocol.show(viewer)
