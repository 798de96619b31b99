"""The demonstration's letters as they would be sent, passwords and links included: what an engineer reads in the place of a mailbox."""

from collections.abc import Sequence

from sqlmodel import col, select

from data.core.errors import NotFound
from data.core.settings import settings
from data.core.sites import Site
from data.core.system_unit_of_work import system_unit_of_work
from data.mail.outbox import Letter, decrypt
from data.mail.rendering import html_of, text_of

SHOWN = 50


def latest() -> Sequence[Letter]:
    """The newest first, of every site of the demonstration; NotFound where none is served, and in one that is public."""
    _only_here()
    with system_unit_of_work() as uow:
        of_demonstrations = select(Letter).where(
            col(Letter.site_id).in_(select(Site.id).where(col(Site.demonstration)))
        )
        return uow.all(of_demonstrations.order_by(col(Letter.created_at).desc(), col(Letter.id).desc()).limit(SHOWN))


def parts(number: int) -> tuple[Letter, str, str]:
    """(the letter, its text part, its HTML part); NotFound for one that no demonstration wrote."""
    _only_here()
    with system_unit_of_work() as uow:
        letter = uow.get(Letter, number)
        site = uow.get(Site, letter.site_id)
    if not site.demonstration:
        raise NotFound(f"letter {number}")
    secret = decrypt(letter.secret)
    return letter, text_of(letter, secret), html_of(letter, secret, site.accent)


def opened() -> bool:
    """In a demonstration that is not shown to the world: who may read a link of a letter may follow it."""
    return settings().demo and not settings().https


def _only_here() -> None:
    if not opened():
        raise NotFound("the demonstration's letters")
