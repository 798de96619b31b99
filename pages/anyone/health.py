"""For the operator's watch: alive, ready, figures. No detail for strangers."""

import asyncio
import secrets
import time

from fastapi import Request
from prometheus_client import CONTENT_TYPE_LATEST
from starlette.responses import JSONResponse, Response

from components.nicegui_adapter import open_pages
from components.nicegui_adapter.screens import plain
from components.web import figures
from components.web.auth import from_this_machine
from components.web.errors import error_page
from data.accounts.caller import Audience, Caller
from data.core import stopping
from data.core.settings import settings
from data.mail import delivery
from data.office import dashboard_counts
from data.ops import backup, health

STARTED = time.monotonic()


@plain("/healthz", Audience.ANYONE)
def alive(caller: Caller, request: Request) -> Response:
    return JSONResponse({"etat": "ok"})


@plain("/readyz", Audience.ANYONE)
async def ready(caller: Caller, request: Request) -> Response:
    """Database, its shape, files, the disk, the outbox's age: 503 with the names of what fails, or that this process leaves."""
    failing = ["leaving"] if stopping.leaving() else await asyncio.to_thread(_failing)
    return JSONResponse({"etat": "ok" if not failing else "en panne", "en_cause": failing}, 503 if failing else 200)


@plain("/metrics", Audience.ANYONE)
def metrics(caller: Caller, request: Request) -> Response:
    """Prometheus text, for who shows METRICS_TOKEN; without that setting for this machine only."""
    if not _may_watch(request):
        return error_page(404, language=caller.language)
    waiting, age = delivery.waiting()
    in_memory, connected = open_pages.counts()
    values = {
        "uptime_seconds": time.monotonic() - STARTED,
        "clients": in_memory,
        "clients_connected": connected,
        "requests_waiting": dashboard_counts.everywhere(),
        "letters_waiting": waiting,
        "letters_oldest_seconds": age,
        "disk_free_bytes": health.free_bytes(),
        "last_backup_timestamp_seconds": copied.timestamp() if (copied := backup.last()) else 0,
    }
    return Response(figures.text(values), media_type=CONTENT_TYPE_LATEST)


def _failing() -> list[str]:
    found = health.failing()
    late = "database" not in found and bool(settings().smtp_url) and delivery.waiting()[1] > 3600
    return found + ["outbox"] * late


def _may_watch(request: Request) -> bool:
    if token := settings().metrics_token:
        scheme, _, shown = request.headers.get("authorization", "").partition(" ")
        return scheme.lower() == "bearer" and secrets.compare_digest(shown.encode(), token.encode())
    return from_this_machine(request)
