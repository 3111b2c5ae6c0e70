"""A Redis cache whose loss costs nobody a request."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from functools import cached_property
from typing import Any

from django.core.cache.backends.base import BaseCache
from django.core.cache.backends.locmem import LocMemCache
from django.core.cache.backends.redis import RedisCache, RedisCacheClient
from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

from leadhub.breaker import Breaker

logger = logging.getLogger(__name__)

OPTIONS = {
    "serializer": "leadhub.cache.JSONSerializer",
    "socket_timeout": 0.1,
    "socket_connect_timeout": 0.1,
    "retry": Retry(NoBackoff(), 0),
}
breaker = Breaker(pause=30)


class JSONSerializer:
    """Not pickle: who can write to Redis must not run code here."""

    def dumps(self, value: Any) -> int | bytes:
        # Plain numbers stay what INCR understands.
        return value if type(value) is int else json.dumps(value).encode()

    def loads(self, stored: bytes) -> Any:
        return json.loads(stored)


class OneClient(RedisCacheClient):
    """Keeps its client: making one for each command takes longer than the command."""

    @cached_property
    def client(self) -> Redis:
        return super().get_client(write=True)

    def get_client(self, key: Any = None, *, write: bool = False) -> Redis:
        return self.client


def _guarded(name: str) -> Callable[..., Any]:
    def call(self: FailOpenRedisCache, *args: Any, **kwargs: Any) -> Any:
        if not breaker.is_open():
            try:
                answer = getattr(self.redis, name)(*args, **kwargs)
            except (RedisError, OSError) as error:
                breaker.failed()
                logger.warning("Redis is down, caching in memory: %s", error)
            else:
                breaker.worked()
                return answer
        return getattr(self.local, name)(*args, **kwargs)

    call.__name__ = name
    return call


class FailOpenRedisCache(BaseCache):
    """Redis while it answers, else this process's memory.

    What is kept here may vanish at any moment: limits on tries, doorbells, figures
    that can be counted again. Sessions are in the database. A Redis that is down
    costs one caller 0.1 s every half minute.
    """

    def __init__(self, server: str, params: dict[str, Any]) -> None:
        super().__init__(params)
        self.redis = RedisCache(server, {**params, "OPTIONS": OPTIONS})
        self.redis._class = OneClient  # type: ignore[attr-defined]
        self.local = LocMemCache("leadhub-without-redis", params)

    add = _guarded("add")
    get = _guarded("get")
    set = _guarded("set")
    touch = _guarded("touch")
    delete = _guarded("delete")
    has_key = _guarded("has_key")
    incr = _guarded("incr")
    get_many = _guarded("get_many")
    set_many = _guarded("set_many")
    delete_many = _guarded("delete_many")
    clear = _guarded("clear")
