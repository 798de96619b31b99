"""The running process: what surrounds the pages, and the serving of them."""

import asyncio
import logging
import socket
import sys
from pathlib import Path

from fastapi.exceptions import RequestValidationError
from nicegui import Client, app, background_tasks, ui
from nicegui.server import Server
from starlette.exceptions import HTTPException
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import ClientDisconnect

from components.assets.serving import Assets
from components.nicegui_adapter import document, socket_ownership, static_files
from components.nicegui_adapter.background_jobs import start, stop
from components.nicegui_adapter.slow_senders import TimedProtocol
from components.web import errors
from components.web.middleware import SecurityMiddleware
from data.access_grants import first_start
from data.core import notify
from data.core.settings import settings

LIBRARIES = ("engineio.server", "socketio.server", "nicegui", "uvicorn", "uvicorn.error")  # their lines are ours
log = logging.getLogger("anacrouse")


def run() -> None:
    """Serve until stopped."""
    chosen = settings()
    can_listen(chosen.host, chosen.port)
    for library in LIBRARIES:
        logging.getLogger(library).handlers.clear()
        logging.getLogger(library).propagate = True
    prepare()
    if first_start.is_empty():
        log.warning(
            "no conservatoire yet: within an hour, open %s/premier-demarrage/%s", chosen.public_url, first_start.link()
        )
    if not chosen.smtp_url:
        log.info("SMTP_URL is not set: letters stay in the outbox")
    ui.run(
        host=chosen.host,
        port=chosen.port,
        title="Anacrouse",
        language="fr",
        reload=False,
        show=False,
        show_welcome_message=False,
        tailwind=False,
        prod_js=True,
        binding_refresh_interval=None,
        reconnect_timeout=30,
        storage_secret=None,
        gzip_middleware_factory=lambda inner: GZipMiddleware(inner, minimum_size=500, compresslevel=5),
        favicon=Path(__file__).parents[1] / "assets" / "theme" / "logo.svg",
        http=TimedProtocol,
        proxy_headers=False,
        server_header=False,
        uvicorn_logging_level="warning",
        log_config=None,
        timeout_graceful_shutdown=5,
    )


async def tell_when_listening() -> None:
    """« serves » stands in the log once whoever reads it there may open the address."""
    while not Server.instance.started:  # noqa: ASYNC110 - uvicorn sets no event
        await asyncio.sleep(0.02)
    chosen = settings()
    log.info(
        "Anacrouse serves http://%s:%s%s",
        "localhost" if chosen.host == "127.0.0.1" else chosen.host,
        chosen.port,
        " with the demonstration" if chosen.demo else "",
    )
    notify.ready()


def can_listen(host: str, port: int) -> None:
    """SystemExit, in words, where it cannot: the library would say it after the start, without the mend."""
    try:
        with socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET):
            pass
    except OSError as fault:
        sys.exit(
            f"{host}:{port} cannot be listened at ({fault.strerror}): stop the program that listens there, "
            "or set PORT (1024 or more for who is not root) and HOST (an address of this machine)."
        )


def prepare() -> None:
    """What surrounds the pages; they are imported before."""
    Client.build_response = document.build_response  # type: ignore[method-assign,assignment]
    socket_ownership.take_over()
    app.add_exception_handler(HTTPException, errors.on_http)
    app.add_exception_handler(404, errors.on_http)
    app.add_exception_handler(RequestValidationError, errors.on_invalid)
    app.add_exception_handler(ClientDisconnect, errors.on_leaving)
    app.add_exception_handler(Exception, errors.on_fault)
    app.on_startup(start)
    app.on_startup(lambda: background_tasks.create(tell_when_listening()))
    app.on_shutdown(stop)
    _outermost()


def _outermost() -> None:
    """The middleware and the kept assets stand outside everything, the fault page included."""
    build = app.build_middleware_stack
    app.build_middleware_stack = lambda: SecurityMiddleware(  # type: ignore[method-assign]
        Assets(build(), static_files.ADDRESS), socket_ownership.ADDRESS, socket_ownership.own_page
    )
