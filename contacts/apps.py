from django.apps import AppConfig


class ContactsConfig(AppConfig):
    name = "contacts"

    def ready(self) -> None:
        from accounts.assigning import register_reader  # noqa: PLC0415
        from contacts import (  # noqa: PLC0415
            consent_column,
            jobs,  # noqa: F401 -- registers its runner
            objectors,
            past_fields,
        )
        from contacts.conditions import contact_fields  # noqa: PLC0415
        from contacts.merging import register_staying  # noqa: PLC0415
        from contacts.reading import may_read_contact  # noqa: PLC0415
        from contacts.services import importing  # noqa: F401, PLC0415 -- its runners

        contact_fields.register()
        past_fields.register()
        register_reader(may_read_contact)
        consent_column.register()
        objectors.register_objectors()
        models = self.get_model
        register_staying(
            # What was said with the other address, and how its row came to be.
            *(models("Consent"), models("Suppression"), models("FieldChange")),
            *(models("ImportRow"), models("Merge"), models("Distinct")),
        )
