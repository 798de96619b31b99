"""The process is about to end: work that takes steps looks here between two, and leaves the rest for the next start."""

import threading

_stopping = threading.Event()
begin, asked, forget = _stopping.set, _stopping.is_set, _stopping.clear
