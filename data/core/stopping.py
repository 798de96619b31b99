"""The process is about to end: work that takes steps looks here between two, and leaves the rest for the next start.

Before that it may be leaving: it still answers, and tells the proxy to send new visitors elsewhere.
"""

import sys
import threading

_stopping, _leaving = threading.Event(), threading.Event()
begin, asked = _stopping.set, _stopping.is_set
leave, leaving = _leaving.set, _leaving.is_set


def forget() -> None:
    _stopping.clear()
    _leaving.clear()


def without_terminal() -> bool:
    """A terminal that is closed says SIGHUP too, and means the end."""
    return sys.stdin is None or not sys.stdin.isatty()
