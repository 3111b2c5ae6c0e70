from django.apps import AppConfig


class SalesConfig(AppConfig):
    name = "sales"

    def ready(self) -> None:
        from sales import (  # noqa: PLC0415
            objectors,
            receivers,  # noqa: F401 -- connects them
            timeline,
        )

        objectors.register_objectors()
        timeline.register_stream()
