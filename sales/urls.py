from django.urls import path

from sales.views import answers, handoffs, state, talks

app_name = "sales"
urlpatterns = [
    path("handoffs/", handoffs.handoff_list, name="list"),
    path("handoffs/<int:handoff_id>/", handoffs.handoff_detail, name="detail"),
    path("handoffs/<int:handoff_id>/facts/", handoffs.handoff_facts, name="facts"),
    path("handoffs/<int:handoff_id>/accept/", answers.accept, name="accept"),
    path("handoffs/<int:handoff_id>/decline/", answers.decline, name="decline"),
    path("handoffs/<int:handoff_id>/reassign/", answers.reassign, name="reassign"),
    path(
        "contacts/<int:contact_id>/handoff/",
        handoffs.contact_handoff,
        name="contact_handoff",
    ),
    path("contacts/<int:contact_id>/log/", talks.log, name="log"),
    path("contacts/<int:contact_id>/state/", state.contact_state, name="contact_state"),
    path("contacts/<int:contact_id>/claim/", state.claim, name="claim"),
    path("contacts/<int:contact_id>/pause/", state.pause, name="pause"),
    path("contacts/<int:contact_id>/release/", state.release, name="release"),
]
