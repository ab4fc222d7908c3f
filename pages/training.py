from monitor.views.guard import enter

viewer = enter("training")

from monitor.views import training

training.show(viewer)
