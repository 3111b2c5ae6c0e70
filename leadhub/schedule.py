"""Everything that runs by the clock, on one page. Intervals are in seconds.

The scheduler runs these in its own process, without the broker: they are what finds
the work of a lost doorbell, a lost worker or a lost Redis. All of them run once at its
start, so that what came due while it was down is made up.
"""

from typing import Any

SCHEDULE: dict[str, dict[str, Any]] = {
    "score what the queue missed and what time has changed": {
        "task": "scoring.recompute_stale_scores",
        "schedule": 3,
    },
    "mail what the queue missed": {
        "task": "accounts.mail_notifications",
        "schedule": 15,
    },
    "send the mails that are due and put right what senders left behind": {
        "task": "campaigns.send_messages",
        "schedule": 5,
    },
    "take the steps of sequences that are due": {
        "task": "campaigns.advance_enrollments",
        "schedule": 10,
    },
    "let in whom sequences wait for": {
        "task": "campaigns.look_for_entries",
        "schedule": 60,
    },
    "find the variants that have proved better": {
        "task": "campaigns.choose_winners",
        "schedule": 900,
    },
    "count the interests that the queue missed": {
        "task": "campaigns.recount_interests",
        "schedule": 15,
    },
    "decide about the mails that follow events": {
        "task": "campaigns.plan_follow_ups",
        "schedule": 10,
    },
    "remind of sign-ups that wait for being confirmed": {
        "task": "campaigns.remind_unconfirmed",
        "schedule": 600,
    },
    "erase sign-ups that nobody has confirmed": {
        "task": "campaigns.erase_unconfirmed",
        "schedule": 3600,
    },
    "let contacts follow what time has made true of their journeys": {
        "task": "journeys.follow_time",
        "schedule": 86_400,
    },
    "remind of journeys that are to be reviewed": {
        "task": "journeys.remind_of_reviews",
        "schedule": 3600,
    },
    "erase what stood in the mails of more than a year ago": {
        "task": "campaigns.erase_old_mails",
        "schedule": 21_600,
    },
    "delete files that were handed in a week ago and nothing uses": {
        "task": "campaigns.delete_unused_uploads",
        "schedule": 21_600,
    },
    "remind of promises, and pass on what nobody answers": {
        "task": "sales.keep_promises",
        "schedule": 15,
    },
    "tell reps of answers that the queue missed": {
        "task": "sales.tell_replies",
        "schedule": 15,
    },
    "mail people what waits for them today": {
        "task": "sales.mail_digests",
        "schedule": 60,
    },
    "mail the reports whose hour has come": {
        "task": "insights.mail_reports",
        "schedule": 60,
    },
    "count for the dashboards what is new": {
        "task": "insights.roll_up",
        "schedule": 15,
    },
    "note which offers are no longer valid": {
        "task": "sales.expire_offers",
        "schedule": 600,
    },
    "let declined leads return when their date has come": {
        "task": "sales.return_declined_leads",
        "schedule": 60,
    },
    "tell webhooks what the queue missed and what is to be tried again": {
        "task": "accounts.deliver_webhooks",
        "schedule": 5,
    },
    "forget what webhooks were told a month ago": {
        "task": "accounts.forget_webhook_events",
        "schedule": 3600,
    },
    "close the figures of months that are over": {
        "task": "insights.freeze_kpis",
        "schedule": 60,
    },
    "erase what single reps came to more than two years ago": {
        "task": "insights.erase_old_rep_months",
        "schedule": 21_600,
    },
    "run the jobs that the queue missed": {
        "task": "accounts.run_jobs",
        "schedule": 15,
    },
    "forget what made old requests safe to repeat": {
        "task": "leadhub.forget_old_requests",
        "schedule": 3600,
    },
    "destroy the secrets of days that are over": {
        "task": "journeys.forget_salts",
        "schedule": 300,
    },
}
