"""Topics, events and attendance."""

from django.urls import path

from campaigns.views import attendance, events, interests, topics

LIST = "campaigns/attendance/<int:batch_id>/"

urlpatterns = [
    path(
        "contacts/<int:contact_id>/interests/",
        interests.contact_interests,
        name="contact_interests",
    ),
    path("campaigns/topics/", topics.topic_list, name="topics"),
    path("campaigns/topics/new/", topics.topic_edit, name="topic_new"),
    path("campaigns/topics/fading/", topics.fading, name="fading"),
    path("campaigns/topics/<int:topic_id>/", topics.topic_edit, name="topic"),
    path(
        "campaigns/topics/<int:topic_id>/delete/",
        topics.topic_delete,
        name="topic_delete",
    ),
    path("campaigns/events/", events.event_list, name="events"),
    path("campaigns/events/new/", events.event_edit, name="event_new"),
    path("campaigns/events/<int:event_id>/", events.event_detail, name="event"),
    path("campaigns/events/<int:event_id>/edit/", events.event_edit, name="event_edit"),
    path(
        "campaigns/events/<int:event_id>/delete/",
        events.event_delete,
        name="event_delete",
    ),
    path(
        "campaigns/events/<int:event_id>/people/",
        events.add_person,
        name="event_person",
    ),
    path(
        "campaigns/events/<int:event_id>/lists/",
        events.upload_list,
        name="event_upload",
    ),
    path(LIST, attendance.batch_detail, name="attendance"),
    path(f"{LIST}map/", attendance.batch_map, name="attendance_map"),
    path(f"{LIST}start/", attendance.batch_start, name="attendance_start"),
    path(f"{LIST}discard/", attendance.batch_discard, name="attendance_discard"),
    path(f"{LIST}undo/", attendance.batch_undo, name="attendance_undo"),
    path(f"{LIST}rejected/", attendance.batch_rejected, name="attendance_rejected"),
]
