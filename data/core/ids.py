"""Numbers that a browser sends back: in addresses, in forms, in what a page acts on."""

MAX_ID = 999_999_999


def parse_id(sent: object) -> int | None:
    """The number of a row, a version or a place in a list, from 0 to MAX_ID; None when that is not one."""
    text = str(sent) if isinstance(sent, str | int) and not isinstance(sent, bool) else ""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else None
