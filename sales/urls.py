from django.urls import path

from sales.views import (
    answers,
    companies,
    deal,
    deal_settings,
    deals,
    handoffs,
    mails,
    offer_mails,
    offers,
    promises,
    state,
    talks,
    tasks,
    territories,
)

app_name = "sales"
urlpatterns = [
    path("handoffs/", handoffs.handoff_list, name="list"),
    path("handoffs/assignment/", territories.assignment, name="assignment"),
    path("settings/promises/", promises.promise_settings, name="promises"),
    path(
        "settings/promises/holidays/<int:holiday_id>/delete/",
        promises.holiday_delete,
        name="holiday_delete",
    ),
    path("settings/territories/", territories.territory_list, name="territories"),
    path("settings/territories/new/", territories.territory_edit, name="territory_new"),
    path(
        "settings/territories/<int:territory_id>/",
        territories.territory_edit,
        name="territory",
    ),
    path(
        "settings/territories/<int:territory_id>/move/",
        territories.territory_move,
        name="territory_move",
    ),
    path(
        "settings/territories/<int:territory_id>/delete/",
        territories.territory_delete,
        name="territory_delete",
    ),
    path("handoffs/<int:handoff_id>/", handoffs.handoff_detail, name="detail"),
    path("handoffs/<int:handoff_id>/facts/", handoffs.handoff_facts, name="facts"),
    path("handoffs/<int:handoff_id>/accept/", answers.accept, name="accept"),
    path("handoffs/<int:handoff_id>/decline/", answers.decline, name="decline"),
    path("handoffs/<int:handoff_id>/rate/", answers.rate, name="rate"),
    path("handoffs/<int:handoff_id>/reassign/", answers.reassign, name="reassign"),
    path(
        "contacts/<int:contact_id>/handoff/",
        handoffs.contact_handoff,
        name="contact_handoff",
    ),
    path(
        "companies/<int:company_id>/touches/",
        companies.company_touches,
        name="company_touches",
    ),
    path("contacts/<int:contact_id>/mail/", mails.mail, name="mail"),
    path("contacts/<int:contact_id>/log/", talks.log, name="log"),
    path("contacts/<int:contact_id>/tasks/", tasks.contact_tasks, name="contact_tasks"),
    path("contacts/<int:contact_id>/tasks/new/", tasks.task_new, name="task_new"),
    path("tasks/<int:task_id>/", tasks.task_edit, name="task_edit"),
    path("tasks/<int:task_id>/done/", tasks.task_done, name="task_done"),
    path("tasks/<int:task_id>/reopen/", tasks.task_reopen, name="task_reopen"),
    path("contacts/<int:contact_id>/state/", state.contact_state, name="contact_state"),
    path("contacts/<int:contact_id>/claim/", state.claim, name="claim"),
    path("contacts/<int:contact_id>/pause/", state.pause, name="pause"),
    path("contacts/<int:contact_id>/release/", state.release, name="release"),
    path("deals/", deals.deal_board_page, name="deals"),
    path("deals/list/", deals.deal_list, name="deal_list"),
    path("deals/move/", deals.deal_move, name="deal_move"),
    path("deals/change/", deals.deal_bulk, name="deal_bulk"),
    path("deals/stages/<slug:stage>/", deals.deal_column, name="deal_column"),
    path("deals/<int:deal_id>/", deal.deal_detail, name="deal"),
    path("deals/<int:deal_id>/edit/", deal.deal_edit, name="deal_edit"),
    path("deals/<int:deal_id>/step/", deal.deal_step, name="deal_step"),
    path("deals/<int:deal_id>/win/", deal.deal_win, name="deal_win"),
    path("deals/<int:deal_id>/lose/", deal.deal_lose, name="deal_lose"),
    path("deals/<int:deal_id>/reopen/", deal.deal_reopen, name="deal_reopen"),
    path(
        "handoffs/<int:handoff_id>/deal/",
        deal.deal_from_handoff,
        name="deal_from_handoff",
    ),
    path("contacts/<int:contact_id>/deals/", deal.contact_deals, name="contact_deals"),
    path("contacts/<int:contact_id>/deals/new/", deal.deal_new, name="deal_new"),
    path("deals/<int:deal_id>/needs/", offers.deal_needs, name="deal_needs"),
    path("deals/<int:deal_id>/offers/new/", offers.offer_new, name="offer_new"),
    path("deals/offers/<int:offer_id>/", offers.offer_page, name="offer"),
    path("deals/offers/<int:offer_id>/pdf/", offers.offer_pdf, name="offer_pdf"),
    path("deals/offers/<int:offer_id>/send/", offers.offer_send, name="offer_send"),
    path(
        "deals/offers/<int:offer_id>/mail/", offer_mails.offer_mail, name="offer_mail"
    ),
    path(
        "deals/offers/<int:offer_id>/accept/", offers.offer_accept, name="offer_accept"
    ),
    path(
        "deals/offers/<int:offer_id>/decline/",
        offers.offer_decline,
        name="offer_decline",
    ),
    path(
        "deals/offers/<int:offer_id>/delete/", offers.offer_delete, name="offer_delete"
    ),
    path("deals/settings/", deal_settings.deal_settings, name="deal_settings"),
    path("deals/questions/new/", deal_settings.question_new, name="question_new"),
    path(
        "deals/questions/<int:question_id>/",
        deal_settings.question_edit,
        name="question",
    ),
    path(
        "deals/questions/<int:question_id>/delete/",
        deal_settings.question_delete,
        name="question_delete",
    ),
]
