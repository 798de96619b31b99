"""What families send is opened here: pictures are decoded and drawn anew, PDFs are written anew and never run.

Runs in a process of its own (data/uploads/worker.py), so it imports no other room and answers with short words: a media type and
what is remarked, or the name of a refusal (data/uploads/validation.py).
"""

import math
import os
import resource
import sys
from multiprocessing.connection import Connection

from data.uploads import pdfs, pictures
from data.uploads.limits import MAX_STORED_BYTES, Wrong, unpacked

MAX_MEMORY_BYTES = 1024 * 1024 * 1024  # what is decoded takes 600 MB at most (data/uploads/pictures.py)
IDLE_SECONDS = 300


def answer(question: str, content: bytes) -> tuple[str, bytes]:
    """(media type and remarks, what is kept) or (name of a refusal, nothing). Questions: « pdf », « picture JPEG », « portrait PNG »,
    « logo PNG », « page JPEG 90 170000 » (turned, in so many bytes), « joined » of pages that were answered."""
    try:
        media_type, stored, remarks = _answered(question, content)
        return " ".join((media_type, *remarks)), stored
    except Wrong as wrong:
        return str(wrong), b""
    except MemoryError:
        return "complexe", b""


def _answered(question: str, content: bytes) -> tuple[str, bytes, tuple[str, ...]]:
    kind, *given = question.split()
    if kind == "pdf":
        stored, remarks = pdfs.rewritten(content)
        return "application/pdf", stored, remarks
    if kind == "joined":
        return "application/pdf", _light(pdfs.joined(unpacked(content))), ()
    if kind == "picture" and given == ["TIFF"] and (leaves := pictures.leaves(content)):
        return "application/pdf", _light(pdfs.joined(leaves)), ()
    if kind == "page":
        form, turn, most_bytes = given
        drawn = pictures.page(content, form, int(turn), int(most_bytes))
        return drawn.media_type, drawn.content, drawn.remarks
    drawn = pictures.redrawn(content, given[0], kind)
    return drawn.media_type, drawn.content, drawn.remarks


def _light(stored: bytes) -> bytes:
    if len(stored) > MAX_STORED_BYTES:
        raise Wrong("taille")
    return stored


def serve(line: Connection, seconds: int) -> None:
    """Answer until the other side leaves, or asks nothing for five minutes; so many seconds of a processor for each."""
    line.send_bytes(b"ready")
    try:
        while line.poll(IDLE_SECONDS):
            _have(seconds)
            message, stored = answer(line.recv_bytes().decode(), line.recv_bytes())
            line.send_bytes(message.encode())
            line.send_bytes(stored)
    except (EOFError, OSError):
        return


def _have(seconds: int) -> None:
    """SIGXCPU ends the process once it has used so many more, whatever else the machine did meanwhile."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    most = resource.getrlimit(resource.RLIMIT_CPU)[1]
    resource.setrlimit(resource.RLIMIT_CPU, (math.ceil(used.ru_utime + used.ru_stime) + seconds, most))


def _be_modest() -> None:
    """Little memory, no file written, no core left behind, and the pages of the portal come first."""
    resource.setrlimit(resource.RLIMIT_AS, (MAX_MEMORY_BYTES, MAX_MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    os.nice(10)


if __name__ == "__main__":
    _be_modest()
    pictures.prepare()
    serve(Connection(int(sys.argv[1])), int(sys.argv[2]))
