from django.apps import AppConfig


class LeadhubConfig(AppConfig):
    name = "leadhub"

    def ready(self) -> None:
        from importlib.util import find_spec  # noqa: PLC0415

        if find_spec("leadhub.checks"):
            from leadhub import checks  # noqa: F401, PLC0415 -- registers them
