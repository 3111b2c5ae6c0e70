from django.urls import path

from sales.views import handoffs

app_name = "sales"
urlpatterns = [
    path("handoffs/<int:handoff_id>/", handoffs.handoff_detail, name="detail"),
]
