"""The refusals of the API as OpenAPI has them: one shape, a sentence for each status."""

from __future__ import annotations

from typing import Any

ERROR: dict[str, Any] = {
    "type": "object",
    "description": "The one shape of all errors.",
    "required": ["type", "errors"],
    "additionalProperties": False,
    "properties": {
        "type": {"enum": ["validation_error", "client_error", "server_error"]},
        "errors": {
            "type": "array",
            "minItems": 1,
            "items": {
                "type": "object",
                "required": ["code", "detail", "attr"],
                "additionalProperties": False,
                "properties": {
                    "code": {
                        "type": "string",
                        "description": "Stable, for programs.",
                    },
                    "detail": {
                        "type": "string",
                        "description": "A sentence for people.",
                    },
                    "attr": {
                        "type": ["string", "null"],
                        "description": "The field or parameter it is about.",
                    },
                },
            },
        },
    },
}


def _example(code: str, detail: str, attr: str | None = None) -> dict[str, Any]:
    kind = "validation_error" if attr else "client_error"
    return {"type": kind, "errors": [{"code": code, "detail": detail, "attr": attr}]}


SENTENCES: dict[str, tuple[str, dict[str, Any]]] = {
    "400": (
        "The body or a parameter is not right, or not known; each fault is named.",
        _example("unknown", "There is no such field.", "colour"),
    ),
    "401": (
        "No token, or one that is unknown, expired or revoked.",
        _example("not_authenticated", "Authentication credentials were not provided."),
    ),
    "403": (
        "The role or the token's scopes do not allow it.",
        _example(
            "permission_denied", "You do not have permission to perform this action."
        ),
    ),
    "404": (
        "It does not exist, or the caller may not see it.",
        _example("not_found", "Not found."),
    ),
    "406": (
        "The answer would be JSON, which the header Accept excludes.",
        _example("not_acceptable", "Could not satisfy the request Accept header."),
    ),
    "409": (
        "A rule of the business says no, or the same Idempotency-Key is still running.",
        _example("handoff_not_open", "This handoff is no longer open."),
    ),
    "410": (
        "It was merged into another, which the sentence names.",
        _example("merged", "Ada Byron was merged into contact 1207."),
    ),
    "413": (
        "Too large: 1 MB are read, of batches 10 MB, of files 20 MB.",
        _example("too_large", "This is too large: at most 1 MB are read here."),
    ),
    "415": (
        "The body is not of the type that is named here, mostly application/json.",
        _example(
            "unsupported_media_type", 'Unsupported media type "text/plain" in request.'
        ),
    ),
    "422": (
        "The Idempotency-Key came with another body before.",
        _example(
            "idempotency_key_reused",
            "This Idempotency-Key came with another body before.",
        ),
    ),
    "429": (
        "Too many requests. Try again after Retry-After seconds.",
        _example("throttled", "Request was throttled."),
    ),
    "503": (
        "The database is away for a moment. Try again after Retry-After seconds.",
        {
            "type": "server_error",
            "errors": [
                {
                    "code": "unavailable",
                    "detail": "LeadHub cannot reach its database. Please try again.",
                    "attr": None,
                }
            ],
        },
    ),
}
RETRY_AFTER = {
    "Retry-After": {
        "description": "Seconds.",
        "schema": {"type": "integer", "minimum": 1},
    }
}


def name_of(status: str) -> str:
    return f"Refused{status}"


def ref_of(status: str) -> dict[str, str]:
    return {"$ref": f"#/components/responses/{name_of(status)}"}


ANSWERS: dict[str, Any] = {
    name_of(status): {
        "description": sentence,
        **({"headers": RETRY_AFTER} if status in {"429", "503"} else {}),
        "content": {
            "application/json": {
                "schema": {"$ref": "#/components/schemas/Error"},
                "example": example,
            }
        },
    }
    for status, (sentence, example) in SENTENCES.items()
}
