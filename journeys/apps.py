from django.apps import AppConfig


class JourneysConfig(AppConfig):
    name = "journeys"

    def ready(self) -> None:
        from contacts.merging import register_part  # noqa: PLC0415
        from journeys import conditions, past, receivers  # noqa: F401, PLC0415
        from journeys.selectors import (  # noqa: PLC0415
            carriers,
            columns,
            stored_conditions,
            streams,
            touch_streams,
        )
        from journeys.services import following  # noqa: F401, PLC0415 -- its runner
        from journeys.services.merging import GoalPart, VisitPart  # noqa: PLC0415

        conditions.register()
        past.register()
        carriers.register()
        columns.register_columns()
        stored_conditions.register_holders()
        streams.register_streams()
        touch_streams.register_streams()
        register_part("visits", VisitPart())
        register_part("journey_goals", GoalPart())
