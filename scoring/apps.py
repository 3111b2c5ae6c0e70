from django.apps import AppConfig


class ScoringConfig(AppConfig):
    name = "scoring"

    def ready(self) -> None:
        from contacts.merging import (  # noqa: PLC0415
            register_part,
            register_staying,
        )
        from scoring import receivers  # noqa: F401, PLC0415 -- connects them
        from scoring.selectors import columns, conditions  # noqa: PLC0415
        from scoring.services import (  # noqa: PLC0415
            activation,  # noqa: F401 -- its runner
            backtests,  # noqa: F401 -- its runner
            learning,  # noqa: F401 -- its runner
        )
        from scoring.services.merging import ScorePart  # noqa: PLC0415

        columns.register()
        conditions.register()
        register_part("score", ScorePart())
        register_staying(self.get_model("StaleMark"), self.get_model("Crossing"))
