"""``Idempotency-Key``: a POST that is repeated has one effect and one answer."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from hashlib import sha256
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework.exceptions import APIException, ErrorDetail, ValidationError
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from leadhub.models import IdempotentRequest
from leadhub.rest.errors import Conflict

LEASE = timedelta(seconds=60)
KEPT = timedelta(hours=24)
# Answers that say nothing about the request itself: the next try may do better.
NOT_KEPT = {401, 403, 413, 429}


class OtherBody(APIException):
    status_code = 422
    default_code = "idempotency_key_reused"
    default_detail = gettext_lazy("This Idempotency-Key came with another body before.")


class StillRunning(Conflict):
    default_code = "idempotency_key_running"
    default_detail = gettext_lazy(
        "The first request with this Idempotency-Key is still running."
    )


def idempotent(
    handler: Callable[..., Response], *, failed: Callable[[Exception], Response]
) -> Callable[..., Response]:
    """Return ``handler`` made safe to repeat within 24 hours.

    Its effect and its answer commit together. The same key and body get the first
    answer again with ``Idempotency-Replayed: true``; another body is 422, a request
    that still runs 409. A killed request is taken over after 60 seconds. ``failed``
    turns an exception into the answer it stands for.
    """

    def once(request: Request, *args: Any, **kwargs: Any) -> Response:
        claim = _claim(request)
        if claim.status_code is not None:
            return _replay(claim)
        try:
            with transaction.atomic():
                answer = handler(request, *args, **kwargs)
                _keep(claim, answer)
        except Exception as error:
            claim_is_void = not isinstance(error, APIException)
            try:
                answer = failed(error)
                claim_is_void = (
                    answer.status_code in NOT_KEPT or answer.status_code >= 500
                )
                if not claim_is_void:
                    _keep(claim, answer)
            finally:
                if claim_is_void:
                    claim.delete()
        return answer

    return once


def forget_old_requests() -> int:
    """Delete what is older than 24 hours; return how many."""
    old = IdempotentRequest.objects.filter(created_at__lt=timezone.now() - KEPT)
    return old.delete()[0]


def _claim(request: Request) -> IdempotentRequest:
    """This request's row: ours to answer, or answered before.

    Raises ``OtherBody`` and ``StillRunning``.
    """
    now = timezone.now()
    fields = {
        "user": request.user,
        "path": request.path[:300],
        "key": _key_of(request),
    }
    ours = {
        "body_digest": _digest_of(request),
        "created_at": now,
        "lease_until": now + LEASE,
    }
    try:
        with transaction.atomic():
            return IdempotentRequest.objects.create(**fields, **ours)
    except IntegrityError:
        pass
    row = IdempotentRequest.objects.filter(**fields).first()
    if row is None:  # given back by a request that failed just now
        raise StillRunning
    if row.created_at > now - KEPT:
        if row.body_digest != ours["body_digest"]:
            raise OtherBody
        if row.status_code is not None:
            return row
        if row.lease_until > now:
            raise StillRunning
    same = IdempotentRequest.objects.filter(pk=row.pk, lease_until=row.lease_until)
    if not same.update(**ours, status_code=None, location="", body=""):
        raise StillRunning
    row.status_code = None
    return row


def _digest_of(request: Request) -> str:
    """What the body says. Between the parts of a multipart body it is random."""
    if not (request.content_type or "").startswith("multipart/"):
        return sha256(request._request.body).hexdigest()
    digest = sha256(repr(sorted(request.POST.lists())).encode())
    for name, files in sorted(request.FILES.lists()):
        for file in files:
            digest.update(repr((name, file.name, file.size)).encode())
            for chunk in file.chunks():
                digest.update(chunk)
            file.seek(0)
    return digest.hexdigest()


def _key_of(request: Request) -> str:
    key = request.headers["Idempotency-Key"]
    if not (1 <= len(key) <= 200 and key.isascii() and key.isprintable()):
        sentence = _("An Idempotency-Key has 1 to 200 printable ASCII characters.")
        raise ValidationError(
            {"Idempotency-Key": [ErrorDetail(sentence, code="invalid")]}
        )
    return key


def _keep(claim: IdempotentRequest, answer: Response) -> None:
    IdempotentRequest.objects.filter(pk=claim.pk).update(
        status_code=answer.status_code,
        location=answer.headers.get("Location", ""),
        body=JSONRenderer().render(answer.data).decode(),
    )


def _replay(row: IdempotentRequest) -> Response:
    headers = {"Idempotency-Replayed": "true"}
    if row.location:
        headers["Location"] = row.location
    body = json.loads(row.body) if row.body else None
    return Response(body, status=row.status_code, headers=headers)
