from django.apps import AppConfig


class ScoringConfig(AppConfig):
    name = "scoring"

    def ready(self) -> None:
        from scoring import receivers  # noqa: F401, PLC0415 -- connects them
        from scoring.selectors import columns, conditions  # noqa: PLC0415
        from scoring.services import activation  # noqa: F401, PLC0415 -- its runner

        columns.register()
        conditions.register()
