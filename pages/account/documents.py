"""Files, served only to those who may see them; each as what it was checked to be."""

from fastapi import Request
from starlette.responses import Response

from components.nicegui_adapter.screens import plain
from data.accounts.caller import Audience, Caller
from data.families import protection
from data.group_letters import reading
from data.uploads import validation

# A document is shown and nothing else: it loads nothing, runs nothing, and only our own pages may frame it. The browser's
# PDF reader needs its own style and does not open in a sandbox (tried in Chromium).
PICTURE = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'; sandbox"
PDF = "default-src 'none'; style-src 'unsafe-inline'; object-src 'self'; frame-ancestors 'self'"


def shown_as(content: bytes, media_type: str, name: str) -> Response:
    return Response(
        content,
        media_type=media_type,
        headers={
            "cache-control": "private, no-store",
            "content-disposition": validation.disposition(name),
            "content-security-policy": PDF if media_type == "application/pdf" else PICTURE,
        },
    )


@plain("/courriers/documents/{document_id}", Audience.ACCOUNT)
def of_a_letter(caller: Caller, request: Request, document_id: int) -> Response:
    """A document joined to a letter to a group: for the families it was sent to, and the office."""
    with caller.unit_of_work() as uow:
        found, content = reading.content_of(uow, document_id)
    return shown_as(content, found.media_type, found.name)


@plain("/documents/{name}", Audience.ACCOUNT, own=True, writes=True)
def document(caller: Caller, request: Request, name: str) -> Response:
    with caller.unit_of_work() as uow:
        found, content = protection.content_of(uow, name)
    if caller.account and caller.account.is_staff:
        with caller.unit_of_work(writes=True) as uow:
            protection.note_opened(uow, found)
    return shown_as(content, found.media_type, found.shown or validation.shown_name("", found.media_type))
