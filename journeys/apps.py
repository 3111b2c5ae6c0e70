from django.apps import AppConfig


class JourneysConfig(AppConfig):
    name = "journeys"

    def ready(self) -> None:
        from journeys import conditions  # noqa: PLC0415
        from journeys.selectors import columns, streams  # noqa: PLC0415
        from journeys.services import following  # noqa: F401, PLC0415 -- its runner

        conditions.register()
        columns.register_columns()
        streams.register_streams()
