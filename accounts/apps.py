from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "accounts"

    def ready(self) -> None:
        from accounts import figures  # noqa: PLC0415

        figures.register_figures()
