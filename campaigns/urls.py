from django.urls import URLPattern

app_name = "campaigns"
# Landing pages and forms are served once their pages are drawn.
urlpatterns: list[URLPattern] = []
