"""The lines of the log, as text or as JSON."""

import logging
import re
import sys
from datetime import UTC, datetime

from pythonjsonlogger.json import JsonFormatter

from data.core import outages
from data.core.settings import settings

SECRET = re.compile(r"\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b")


class _Lines(logging.Formatter):
    """A page's client id opens its events: it is never written."""

    def format(self, record: logging.LogRecord) -> str:
        return SECRET.sub("…", super().format(record))


class _JsonLines(_Lines, JsonFormatter):
    """One JSON object a record: at, level, from, text; exc_info when something was raised."""

    def formatTime(self, record: logging.LogRecord, datefmt: str | None = None) -> str:  # noqa: ARG002, N802
        return datetime.fromtimestamp(record.created, UTC).isoformat()


def formatter(log_format: str) -> logging.Formatter:
    if log_format != "json":
        return _Lines("%(asctime)s %(levelname)s %(name)s: %(message)s")
    names = {"asctime": "at", "levelname": "level", "name": "from", "message": "text"}
    return _JsonLines(list(names), rename_fields=names, json_ensure_ascii=False)


def set_up(*filters: logging.Filter) -> None:
    """All lines go one way. `filters`: of the server's own lines, where this process has one."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(formatter(settings().log_format))
    for each in (*filters, outages.lines):
        handler.addFilter(each)
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
    for noisy in ("httpx", "alembic", "watchfiles", "python_multipart", "fontTools", "engineio", "socketio"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
