"""Who decided, as far as a request shows: what goes into a proof, and nowhere else."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest

from journeys.beacon import tidy
from leadhub.logs import cut_ip


@dataclass(frozen=True, slots=True)
class Evidence:
    """``ip`` is the whole address: allowed in proofs only."""

    ip: str = ""
    user_agent: str = ""
    method: str = "POST"

    @property
    def network(self) -> str:
        return cut_ip(self.ip) or ""

    def as_json(self) -> dict[str, Any]:
        return {
            "method": self.method,
            "ip": self.ip,
            "network": self.network,
            "user_agent": self.user_agent,
        }


def evidence_of(request: HttpRequest) -> Evidence:
    return Evidence(
        ip=request.META.get("REMOTE_ADDR", "")[:45],
        user_agent=tidy(request.headers.get("User-Agent", ""), 500),
        method=request.method or "",
    )
