"""A spreadsheet that was made for whoever asks: taken away, kept by none."""

from starlette.responses import Response

from data.core import spreadsheets
from data.uploads import validation


def sheet_answer(content: bytes, title: str, form: str) -> Response:
    """`title`: what the file is called, whatever letters it has; `form`: csv or xlsx."""
    name = validation.shown_name(f"{title}.pdf", "application/pdf").removesuffix(".pdf")
    return Response(
        content,
        media_type=spreadsheets.MEDIA[form],
        headers={
            "cache-control": "private, no-store",
            "content-disposition": validation.disposition(f"{name}.{form}").replace("inline", "attachment", 1),
            "content-security-policy": "default-src 'none'; sandbox",
        },
    )
