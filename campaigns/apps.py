from django.apps import AppConfig


class CampaignsConfig(AppConfig):
    name = "campaigns"

    def ready(self) -> None:
        from campaigns import (  # noqa: PLC0415
            conditions,
            figures,
            objectors,
            receivers,  # noqa: F401 -- connects them
            sources,
            timeline,
        )
        from campaigns.selectors import (  # noqa: PLC0415
            carriers,
            interests,
            named_fields,
        )
        from campaigns.selectors.acceptances import (  # noqa: PLC0415
            links_of_mail,
            mail_accepted_at,
        )
        from campaigns.services import attendance_jobs  # noqa: F401, PLC0415 -- runners
        from campaigns.services.merging import RunPart  # noqa: PLC0415
        from campaigns.steps import catalog  # noqa: PLC0415
        from contacts.merging import register_part, register_staying  # noqa: PLC0415
        from journeys.acceptances import (  # noqa: PLC0415
            register_acceptance,
            register_neighbors,
        )

        carriers.register()
        figures.register_figures()
        objectors.register_objectors()
        register_acceptance(mail_accepted_at)
        register_neighbors(links_of_mail)
        catalog.register_kinds()
        named_fields.register()
        timeline.register_stream()
        conditions.register()
        sources.register()
        interests.register()
        register_part("runs", RunPart())
        # Counted anew from what has moved; and links lead on by the address.
        staying = ("Interest", "InterestMark", "AddressKey")
        register_staying(*map(self.get_model, staying))
