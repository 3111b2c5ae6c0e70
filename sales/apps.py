from django.apps import AppConfig


class SalesConfig(AppConfig):
    name = "sales"

    def ready(self) -> None:
        from accounts.assigning import register_mover  # noqa: PLC0415
        from accounts.waiting import register_event  # noqa: PLC0415
        from accounts.wording import register_sentence  # noqa: PLC0415
        from contacts.merging import register_part  # noqa: PLC0415
        from sales import (  # noqa: PLC0415
            conversions,
            objectors,
            outcomes,
            process_facts,
            receivers,  # noqa: F401 -- connects them
            sentences,
            sources,
            timeline,
        )
        from sales.selectors import named_fields, next_touch  # noqa: PLC0415
        from sales.services import handing_over, replies, scores  # noqa: PLC0415
        from sales.services.merging import (  # noqa: PLC0415
            ClaimPart,
            DealPart,
            HandoffPart,
            LinePart,
            TaskPart,
        )

        conversions.register_conversions()
        named_fields.register()
        next_touch.register_columns()
        objectors.register_objectors()
        outcomes.register_outcomes()
        process_facts.register()
        register_event("reply", replies.begin_waiting)
        register_event("score", scores.begin_waiting)
        register_sentence("handoff", sentences.notice)
        register_sentence("task", sentences.tasks_notice)
        register_sentence("mention", sentences.mention_notice)
        register_sentence("reply", sentences.reply_notice)
        sources.register()
        timeline.register_stream()
        register_mover("handoff", handing_over.move_handoff)
        register_mover("task", handing_over.move_tasks)
        register_part("handoffs", HandoffPart())
        register_part("deals", DealPart())
        register_part("claims", ClaimPart())
        register_part("lines", LinePart())
        register_part("tasks", TaskPart())
