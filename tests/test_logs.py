"""A line of the log: what stands in it, as text or as JSON, and what never does."""

import json
import logging
import sys

import pytest

from components.web.logs import formatter

PAGE = "0a1b2c3d-1234-4321-aaaa-0a1b2c3d4e5f"  # a page's client id opens its events


def record(text: str, *values: object) -> logging.LogRecord:
    caught = sys.exc_info() if sys.exc_info()[0] else None
    return logging.LogRecord("anacrouse.panel", logging.ERROR, __file__, 1, text, values, caught)


def test_a_json_line_holds_when_how_grave_whence_and_what() -> None:
    line = json.loads(formatter("json").format(record("référence %s", "K7-204")))
    at = line.pop("at")
    assert line == {"level": "ERROR", "from": "anacrouse.panel", "text": "référence K7-204"}
    assert at[10] == "T"
    assert at.endswith("+00:00")


def test_what_was_raised_stands_in_the_same_line() -> None:
    try:
        raise ValueError(f"of page {PAGE}")
    except ValueError:
        written = formatter("json").format(record("failed"))
    assert "\n" not in written
    assert "ValueError: of page …" in json.loads(written)["exc_info"]


@pytest.mark.parametrize("log_format", ["text", "json"])
def test_a_pages_id_is_never_written(log_format: str) -> None:
    written = formatter(log_format).format(record("page %s", PAGE))
    assert PAGE not in written
    assert "page …" in written
