from django.urls import path

from scoring.views import backtests, contact, learning, models, rules

app_name = "scoring"
urlpatterns = [
    path("scoring/", models.model_list, name="list"),
    path("scoring/new/", models.model_create, name="create"),
    path("scoring/<int:model_id>/", models.model_detail, name="detail"),
    path("scoring/<int:model_id>/copy/", models.model_copy, name="copy"),
    path("scoring/<int:model_id>/delete/", models.model_delete, name="delete"),
    path("scoring/<int:model_id>/publish/", models.model_publish, name="publish"),
    path("scoring/<int:model_id>/preview/", models.model_preview, name="preview"),
    path("scoring/<int:model_id>/explain/", models.model_explain, name="explain"),
    path("scoring/<int:model_id>/learn/", learning.learn, name="learn"),
    path(
        "scoring/<int:model_id>/learn/<uuid:job_id>/", learning.learned, name="learned"
    ),
    path(
        "scoring/<int:model_id>/learn/<uuid:job_id>/cancel/",
        learning.learn_cancel,
        name="learn_cancel",
    ),
    path(
        "scoring/<int:model_id>/backtest/",
        backtests.backtest_start,
        name="backtest_start",
    ),
    path(
        "scoring/<int:model_id>/backtest/<int:backtest_id>/",
        backtests.backtest,
        name="backtest",
    ),
    path(
        "scoring/<int:model_id>/backtest/<int:backtest_id>/cancel/",
        backtests.backtest_cancel,
        name="backtest_cancel",
    ),
    path(
        "scoring/<int:model_id>/backtest/<int:backtest_id>/threshold/",
        backtests.backtest_threshold,
        name="backtest_threshold",
    ),
    path(
        "scoring/<int:model_id>/backtest/<int:backtest_id>/file/",
        backtests.backtest_file,
        name="backtest_file",
    ),
    path("scoring/<int:model_id>/decay/", rules.decay_curve, name="decay"),
    path("scoring/<int:model_id>/rules/new/", rules.rule_create, name="rule_create"),
    path(
        "scoring/<int:model_id>/rules/<int:place>/", rules.rule_edit, name="rule_edit"
    ),
    path(
        "scoring/<int:model_id>/rules/<int:place>/delete/",
        rules.rule_delete,
        name="rule_delete",
    ),
    path(
        "contacts/<int:contact_id>/score/", contact.contact_score, name="contact_score"
    ),
    path(
        "contacts/<int:contact_id>/score/<int:rule_id>/",
        contact.contribution,
        name="contribution",
    ),
]
