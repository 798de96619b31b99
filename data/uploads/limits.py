"""What the portal and the process that opens files both know: figures, refusals, how several pages travel as one."""

MEGABYTE = 1024 * 1024
MAX_UPLOAD_BYTES = 20 * MEGABYTE  # of one file that arrives: a phone's photograph is made lighter here
MAX_STORED_BYTES = 2 * MEGABYTE
MAX_PAGES = 50  # of a PDF
MAX_JOINED_PAGES = 12  # photographs of one document: each may take a twelfth of what is kept
MAX_LETTER_DOCUMENTS = 5  # beside one letter to a group
MAX_JOINED_BYTES = 80 * MEGABYTE  # of all of them as they arrive; they lie on the disk until their turn


class Wrong(Exception):
    """The name of a refusal (data/uploads/validation.py)."""


def packed(parts: list[bytes]) -> bytes:
    """Several contents as one, each behind its length."""
    return b"".join(len(part).to_bytes(4, "big") + part for part in parts)


def unpacked(content: bytes) -> list[bytes]:
    parts, at = [], 0
    while at < len(content):
        end = at + 4 + int.from_bytes(content[at : at + 4], "big")
        parts.append(content[at + 4 : end])
        at = end
    return parts
