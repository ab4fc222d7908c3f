from monitor.views.guard import enter

viewer = enter("review")

from monitor.views import review

review.show(viewer)
