"""The least that a Django view can do: insert a row, or look one up by an index."""

from __future__ import annotations

from django.db import connection, models
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.utils import timezone

CREATE = {
    "postgresql": "CREATE TABLE IF NOT EXISTS bench_row"
    " (id bigserial PRIMARY KEY, at timestamptz NOT NULL, what text NOT NULL)",
    "sqlite": "CREATE TABLE IF NOT EXISTS bench_row"
    " (id integer PRIMARY KEY, at text NOT NULL, what text NOT NULL)",
}


class Row(models.Model):  # noqa: DJ008 -- nobody looks at one
    at = models.DateTimeField()
    what = models.TextField()

    class Meta:
        app_label = "bare"
        managed = False
        db_table = "bench_row"


def make_table() -> None:
    with connection.cursor() as cursor:
        cursor.execute(CREATE[connection.vendor])


def insert(request: HttpRequest) -> HttpResponse:
    Row.objects.create(at=timezone.now(), what=request.path)
    return HttpResponse(status=204)


def look(request: HttpRequest) -> HttpResponse:
    Row.objects.filter(pk=1).first()
    return HttpResponse(status=204)


urlpatterns = [path("insert", insert), path("look", look)]
