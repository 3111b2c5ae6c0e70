from django.urls import path

from accounts.views import (
    inbox,
    inbox_answers,
    inbox_assigning,
    people,
    settings,
    tokens,
    webhooks,
)

app_name = "accounts"
urlpatterns = [
    path("inbox/", inbox.inbox, name="inbox"),
    path("inbox/poll/", inbox.inbox_poll, name="inbox_poll"),
    path("inbox/bulk/", inbox_answers.bulk, name="inbox_bulk"),
    path("inbox/colleagues/", inbox_assigning.colleagues, name="inbox_colleagues"),
    path("inbox/<int:notification_id>/", inbox.inbox_item, name="inbox_item"),
    path("inbox/<int:notification_id>/read/", inbox_answers.read, name="inbox_read"),
    path(
        "inbox/<int:notification_id>/unread/", inbox_answers.unread, name="inbox_unread"
    ),
    path("inbox/<int:notification_id>/done/", inbox_answers.done, name="inbox_done"),
    path(
        "inbox/<int:notification_id>/snooze/", inbox_answers.snooze, name="inbox_snooze"
    ),
    path(
        "inbox/<int:notification_id>/reopen/", inbox_answers.reopen, name="inbox_reopen"
    ),
    path(
        "inbox/<int:notification_id>/assign/",
        inbox_assigning.assign,
        name="inbox_assign",
    ),
    path(
        "inbox/<int:notification_id>/take-back/",
        inbox_assigning.take_back,
        name="inbox_take_back",
    ),
    path("settings/", settings.profile, name="settings"),
    path("settings/hours/", settings.hours, name="hours"),
    path("settings/search/", settings.search, name="settings_search"),
    path("settings/preferences/", settings.preferences, name="preferences"),
    path("settings/people/", people.people, name="people"),
    path("settings/people/new/", people.person_new, name="person_new"),
    path("settings/people/<int:user_id>/", people.person_edit, name="person_edit"),
    path(
        "settings/people/<int:user_id>/hours/",
        people.person_hours,
        name="person_hours",
    ),
    path(
        "settings/people/<int:user_id>/deactivate/",
        people.person_deactivate,
        name="person_deactivate",
    ),
    path(
        "settings/people/<int:user_id>/reactivate/",
        people.person_reactivate,
        name="person_reactivate",
    ),
    path("settings/tokens/", tokens.token_list, name="tokens"),
    path(
        "settings/tokens/<int:token_id>/revoke/",
        tokens.token_revoke,
        name="token_revoke",
    ),
    path("settings/webhooks/", webhooks.webhook_list, name="webhooks"),
    path("settings/webhooks/<int:webhook_id>/", webhooks.webhook, name="webhook"),
    path(
        "settings/webhooks/<int:webhook_id>/edit/",
        webhooks.webhook_edit,
        name="webhook_edit",
    ),
    path(
        "settings/webhooks/<int:webhook_id>/rotate/",
        webhooks.webhook_rotate,
        name="webhook_rotate",
    ),
    path(
        "settings/webhooks/<int:webhook_id>/test/",
        webhooks.webhook_test,
        name="webhook_test",
    ),
    path(
        "settings/webhooks/<int:webhook_id>/delete/",
        webhooks.webhook_delete,
        name="webhook_delete",
    ),
    path(
        "settings/webhooks/deliveries/<int:delivery_id>/replay/",
        webhooks.delivery_replay,
        name="delivery_replay",
    ),
]
