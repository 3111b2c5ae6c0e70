from django.apps import AppConfig


class InsightsConfig(AppConfig):
    name = "insights"

    def ready(self) -> None:
        from insights.services import demo_removal  # noqa: F401, PLC0415 -- its runner
