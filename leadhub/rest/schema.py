"""How the OpenAPI description is made: what every operation has beside its own."""

from __future__ import annotations

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import get_doc
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers

from leadhub.rest.error_answers import ANSWERS, ERROR, ref_of

PREFIX = "/api/v1/"
WRITES = {"POST", "PUT", "PATCH", "DELETE"}
HAS_BODY = {"POST", "PUT", "PATCH"}
VERBS = {
    "list": "List",
    "retrieve": "Read",
    "create": "Add",
    "update": "Replace",
    "partial_update": "Change",
    "destroy": "Delete",
}
TIME = r"^\d\d:\d\d(:\d\d(\.\d+)?)?$"
IDEMPOTENCY_KEY = OpenApiParameter(
    "Idempotency-Key",
    {"type": "string", "minLength": 1, "maxLength": 200, "pattern": "^[ -~]+$"},
    OpenApiParameter.HEADER,
    description="Of your choice, one per intent: a repeat within 24 hours has no second "
    "effect and gets the first answer.",
)
REPLAYED = {
    "description": "true: this is the answer to an earlier request with the same key.",
    "schema": {"type": "string", "enum": ["true"]},
}


class Operations(AutoSchema):
    """Summaries, scopes and refusals, the same for all resources."""

    def get_operation(self, *args: Any) -> dict[str, Any] | None:
        operation = super().get_operation(*args)
        if operation is None:
            return None
        if self.method == "POST":
            for status, answer in operation["responses"].items():
                if status.startswith("2"):
                    answer.setdefault("headers", {})["Idempotency-Replayed"] = REPLAYED
        for status in self._refusals():
            operation["responses"].setdefault(status, ref_of(status))
        return operation

    def _map_serializer_field(
        self, field: Any, direction: str, bypass_extensions: bool = False
    ) -> Any:
        schema = super()._map_serializer_field(field, direction, bypass_extensions)
        if isinstance(field, serializers.TimeField):
            # By the clock on the wall; OpenAPI's "time" wants a zone.
            schema.pop("format")
            schema["pattern"] = TIME
        if field.read_only and isinstance(field, serializers.ChoiceField):
            model = getattr(getattr(field.parent, "Meta", None), "model", None)
            if model and model._meta.get_field(field.source).blank:
                schema["enum"].append("")
        return schema

    def _refusals(self) -> list[str]:
        found = ["400", "401", "403", "406", "429", "503"]
        if "{" in self.path:
            found.append("404")
        if self.method in WRITES:
            found.append("409")
        if getattr(self.view, "may_be_merged", False) and "{" in self.path:
            found.append("410")
        if self.method in HAS_BODY:
            found += ["413", "415"]
        if self.method == "POST":
            found.append("422")
        return sorted(found)

    def get_override_parameters(self) -> list[Any]:
        return [IDEMPOTENCY_KEY] if self.method == "POST" else []

    def get_summary(self) -> str:
        action = getattr(self.view, "action", None)
        own = get_doc(getattr(self.view, action or self.method.lower(), None))
        if own:
            return own.split("\n\n")[0].split(". ")[0].removesuffix(".")
        if action in VERBS:
            return f"{VERBS[action]} {self._noun(action)}"
        return get_doc(self.view.__class__).split(". ")[0].removesuffix(".")

    def _noun(self, action: str) -> str:
        if action == "list":
            return self.get_tags()[0].replace("-", " ")
        noun = self.view.basename.replace("-", " ")
        return f"{'an' if noun[0] in 'aeio' else 'a'} {noun}"

    def get_description(self) -> str:
        needed = self._scope()
        said = super().get_description()
        return f"{said}\n\nA token needs the scope `{needed}`." if needed else said

    def _scope(self) -> str | None:
        resource = getattr(self.view, "token_scope", None)
        what = "write" if self.method in WRITES else "read"
        return f"{resource}:{what}" if resource else None

    def get_auth(self) -> list[dict[str, list[str]]]:
        """The token's entry names the scope, as OpenAPI 3.1 allows."""
        needed = self._scope()
        return [
            {name: [needed] if needed and name == "token" else [] for name in entry}
            for entry in super().get_auth()
        ]


class TokenScheme(OpenApiAuthenticationExtension):
    target_class = "accounts.authentication.ApiTokenAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, str]:
        return {
            "type": "http",
            "scheme": "bearer",
            "description": "A token made under Settings, API tokens, or by `manage.py "
            "create_token`. It acts for a user and may do what the user's role and the "
            "token's scopes both allow.",
        }


class SessionScheme(OpenApiAuthenticationExtension):
    target_class = "rest_framework.authentication.SessionAuthentication"
    name = "session"
    priority = 1

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, str]:
        return {
            "type": "apiKey",
            "in": "cookie",
            "name": "sessionid",
            "description": "Who is signed in with a browser. Writing also takes the "
            "header `X-CSRFToken` with the value of the cookie `csrftoken`.",
        }


def complete(result: dict, generator: Any, **kwargs: Any) -> dict:
    """Add what the operations point at, and what each tag is about."""
    components = result.setdefault("components", {})
    components.setdefault("schemas", {})["Error"] = ERROR
    components["responses"] = ANSWERS
    about: dict[str, str] = {}
    for path, _regex, _method, view in generator._get_paths_and_endpoints():
        tag = path.removeprefix(PREFIX).split("/")[0]
        if hasattr(view, "basename") or tag not in about:
            about.setdefault(tag, get_doc(view.__class__))
    result["tags"] = [{"name": tag, "description": about[tag]} for tag in about]
    return result
