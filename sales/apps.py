from django.apps import AppConfig


class SalesConfig(AppConfig):
    name = "sales"

    def ready(self) -> None:
        from sales import (  # noqa: PLC0415
            receivers,  # noqa: F401 -- connects them
            timeline,
        )

        timeline.register_stream()
