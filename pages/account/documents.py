"""Files, served only to those who may see them; each as what it was checked to be."""

from fastapi import Request
from starlette.responses import Response

from components.entrance import Audience, Caller
from components.screen import plain
from data import files


@plain("/documents/{name}", Audience.ACCOUNT, own=True)
def document(caller: Caller, request: Request, name: str) -> Response:
    with caller.visit() as v:
        found, content = files.content_of(v, name)
    return Response(
        content,
        media_type=found.media_type,
        headers={
            "cache-control": "private, no-store",
            "content-disposition": "inline",
            "content-security-policy": "default-src 'none'; sandbox",
        },
    )
