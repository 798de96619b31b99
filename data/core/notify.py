"""systemd hears that a service is ready (Type=notify)."""

import os
import socket

VARIABLE = "NOTIFY_SOCKET"


def ready() -> None:
    if name := os.environ.get(VARIABLE):  # « @ » stands for a nameless file
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
            manager.sendto(b"READY=1", name.replace("@", "\0", 1))
