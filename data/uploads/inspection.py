"""What families send is opened here: pictures are decoded and drawn anew, PDFs are written anew and never run.

Runs in a process of its own (data/uploads/worker.py), so it imports of other folders the line to it alone, and answers with short words:
a media type and what is remarked, or the name of a refusal (data/uploads/validation.py).
"""

import logging

from data.core import workers
from data.core.workers import Line
from data.uploads import pdfs, pictures
from data.uploads.limits import MAX_STORED_BYTES, Wrong, unpacked

IDLE_SECONDS = 300
log = logging.getLogger("anacrouse.sandbox")


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
    except Exception as fault:  # a library's, by a file that nobody thought of
        log.warning("a file for « %s » that cannot be read: %.120r", question, fault)
        return "illisible", b""


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


def serve(line: Line) -> None:
    """Answer until the other side leaves, or asks nothing for five minutes; so many seconds of a processor for each."""
    line.send_bytes(b"ready")
    try:
        while line.poll(IDLE_SECONDS):
            line.grant()
            message, stored = answer(line.recv_bytes().decode(), line.recv_bytes())
            line.send_bytes(message.encode())
            line.send_bytes(stored)
    except (EOFError, OSError):
        return


if __name__ == "__main__":
    asked = workers.opened()
    pictures.prepare()
    serve(asked)
