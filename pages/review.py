from monitor.views.guard import enter

viewer = enter("review")

from monitor.views import feeding, review

feeding.head("review")
review.show(viewer)
