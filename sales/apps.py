from django.apps import AppConfig


class SalesConfig(AppConfig):
    name = "sales"

    def ready(self) -> None:
        from sales import (
            receivers,  # noqa: F401 -- connects them
            timeline,
        )

        timeline.register_stream()
