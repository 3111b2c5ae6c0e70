"""Boards for the wall: made, and taken down."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from secrets import token_urlsafe

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from insights.models import WallBoard
from insights.selectors.boards import figures_offered
from journeys.models import Journey
from leadhub.errors import InvalidValue

MOST = 8


class BadBoard(InvalidValue):
    """Its ``attr`` says what is wrong."""

    code = "bad_board"


@transaction.atomic
def create_board(
    *,
    name: str,
    figures: Sequence[str],
    days: int = 30,
    journey: Journey | None = None,
    names_reps: bool = False,
    language: str = "",
    expires_at: datetime | None = None,
    by: User | None,
    at: datetime,
) -> tuple[WallBoard, str]:
    """Put up a board; return it and its token. Only now: we keep its digest.

    ``figures`` are keys of ``figures_offered``, one to eight. ``expires_at`` None: until
    it is revoked. Each call makes another board. Raises ``BadBoard``.
    """
    name = name.strip()
    if not name:
        raise BadBoard(
            _("Give the board a name that says where it hangs."), attr="name"
        )
    chosen = list(dict.fromkeys(figures))
    if unknown := [key for key in chosen if key not in figures_offered()]:
        sentence = _("There is no such figure: %(names)s.")
        raise BadBoard(sentence % {"names": ", ".join(unknown)}, attr="figures")
    if not 1 <= len(chosen) <= MOST:
        sentence = _("Choose one to %(most)s figures.") % {"most": MOST}
        raise BadBoard(sentence, attr="figures")
    if language and language not in dict(settings.LANGUAGES):
        raise BadBoard(_("There is no such language."), attr="language")
    if expires_at is not None and expires_at <= at:
        raise BadBoard(_("This time is over already."), attr="expires_at")
    token = token_urlsafe(32)
    board = WallBoard.objects.create(
        name=name[:80],
        digest=WallBoard.digest_of(token),
        figures=chosen,
        days=days,
        journey=journey,
        names_reps=names_reps,
        language=language or settings.LANGUAGE_CODE,
        created_by=by,
        created_at=at,
        expires_at=expires_at,
    )
    return board, token


@transaction.atomic
def revoke_board(*, board: WallBoard, at: datetime) -> WallBoard:
    """Let its address show nothing any more, at once. Repeating is harmless."""
    WallBoard.objects.filter(pk=board.pk, revoked_at=None).update(revoked_at=at)
    return WallBoard.objects.get(pk=board.pk)


@transaction.atomic
def renew_board(*, board: WallBoard, at: datetime) -> str:
    """Give a board another address, and return its token; the old one shows nothing.

    Raises ``BadBoard`` for one that was taken down or whose time is over.
    """
    rows = WallBoard.objects.select_for_update(no_key=True).filter(pk=board.pk)
    if not rows.live(at=at).exists():
        raise BadBoard(_("This board is not shown any more. Put up a new one."))
    token = token_urlsafe(32)
    rows.update(digest=WallBoard.digest_of(token))
    return token


@transaction.atomic
def delete_board(*, board: WallBoard) -> None:
    """Forget it, its traces too. Repeating is harmless."""
    WallBoard.objects.filter(pk=board.pk).delete()
