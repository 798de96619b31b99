"""A paper that was made for whoever asks: shown in the browser, kept by none."""

import re

from starlette.responses import Response


def pdf_answer(content: bytes, name: str) -> Response:
    """`name`: as the browser names the file it saves."""
    safe = re.sub("[^A-Za-z0-9_-]", "-", name)
    return Response(
        content,
        media_type="application/pdf",
        headers={
            "cache-control": "private, no-store",
            "content-disposition": f'inline; filename="{safe}.pdf"',
            "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; object-src 'self'; "
            "plugin-types application/pdf",
        },
    )
