from monitor.views.guard import enter

viewer = enter("training")

from monitor.views import feeding, training

feeding.head("training")
training.show(viewer)
