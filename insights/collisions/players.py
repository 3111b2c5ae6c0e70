"""Who plays, and what they do how often."""

from __future__ import annotations

from insights.collisions import acts, merging, selling
from insights.collisions.acts import Act

OF_REPS: dict[Act, int] = {
    selling.claim: 3,
    selling.release: 3,
    selling.talk: 4,
    selling.write: 2,
    selling.accept: 3,
    selling.decline: 2,
    selling.reassign: 1,
    selling.plan: 2,
    selling.finish: 1,
    selling.reopen: 1,
    selling.hand_over: 1,
    selling.open_one: 1,
    selling.move: 1,
    selling.win: 1,
    selling.lose: 1,
    selling.offer: 2,
    selling.fail_to_offer: 1,
    selling.answer: 1,
}
PLAYERS: dict[str, dict[Act, int]] = {
    "contacts": {
        acts.visit: 8,
        acts.fill_form: 2,
        acts.opt_out: 1,
        acts.forbid_calls: 1,
    },
    "marketing": {
        acts.plan_mail: 3,
        acts.enroll: 3,
        merging.merge: 1,
        merging.unmerge: 1,
    },
    "scheduler": {acts.advance: 3, acts.watch_promises: 1},
    "anna": OF_REPS,
    "ben": OF_REPS,
    "scorer": {acts.score: 1},
    "mailer": {acts.send: 1},
    "second mailer": {acts.send: 1},
}
"""Each does one thing after the other."""
