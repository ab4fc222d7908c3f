from monitor.views.guard import enter

viewer = enter("protocol")

from monitor.views import feeding, protocol

feeding.head("protocol")
protocol.show(viewer)
