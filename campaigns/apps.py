from django.apps import AppConfig


class CampaignsConfig(AppConfig):
    name = "campaigns"

    def ready(self) -> None:
        from campaigns import objectors  # noqa: PLC0415

        objectors.register_objectors()
