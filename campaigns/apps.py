from django.apps import AppConfig


class CampaignsConfig(AppConfig):
    name = "campaigns"

    def ready(self) -> None:
        from campaigns import (  # noqa: PLC0415
            objectors,
            receivers,  # noqa: F401 -- connects them
        )
        from campaigns.steps import catalog  # noqa: PLC0415

        objectors.register_objectors()
        catalog.register_kinds()
