"""« Identifiant oublié »: the identifiers of an e-mail address leave for that address, and nobody learns whether there are any."""

from datetime import datetime, timedelta
from itertools import groupby

from sqlmodel import col, select

from data.accounts import letters, rate_limit
from data.accounts import models as accounts
from data.core import audit
from data.core.audit import Action
from data.core.system_unit_of_work import system_unit_of_work
from data.core.unit_of_work import UnitOfWork
from data.mail.outbox import Letter
from data.mail.templates import LetterKind

MAX_A_DAY, SPACING = 3, timedelta(minutes=5)  # letters of one address at one site


def send(typed: str, *, client: str = "", now: datetime | None = None) -> None:
    """A letter from each site where the address is recorded. Answers nothing; call it once the person has their answer, so
    that what it costs tells nothing. An address that is nobody's writes nothing and asks one question."""
    address = accounts.address_at_the_door(typed)
    with system_unit_of_work(writes=True, now=now) as uow:
        uow.client = client
        allowed = rate_limit.may_reset(client, rate_limit.fingerprint(address), uow.now)
        for site_id, rows in groupby(accounts.of_address(uow, address), key=lambda row: row[0].site_id):
            found = list(rows)
            recorded, of_them = found[0][1], [account for account, _ in found]
            if allowed and _may_send(uow, site_id, recorded):
                letters.identifiers(uow, recorded, of_them)
                by = audit.Author(site_id, "–")
                for account in of_them:
                    audit.note_record(uow, Action.IDENTIFIERS_MAILED, account, account.family_id, by=by)
            else:
                for account in of_them:
                    audit.note_refused(uow, Action.IDENTIFIERS_REFUSED, account, site_id, account.family_id)


def _may_send(uow: UnitOfWork, site_id: int, address: str) -> bool:
    """One in five minutes, three in a day. Whoever asks in the same instant waits for the accounts (`of_address` locks them)."""
    sent = uow.all(
        select(Letter.created_at).where(
            Letter.site_id == site_id,
            Letter.kind == LetterKind.IDENTIFIERS,
            Letter.recipient == address,
            col(Letter.created_at) > uow.now - timedelta(days=1),
        )
    )
    return len(sent) < MAX_A_DAY and all(uow.now - at >= SPACING for at in sent)
