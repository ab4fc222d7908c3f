from monitor.views.guard import enter

viewer = enter("instructor")

from monitor.views import feeding, instructor

feeding.head("instructor")
instructor.show(viewer)
