"""What an address of « Journal » asks for: read from it, and written into it."""

from datetime import date
from urllib.parse import urlencode

from pydantic import BaseModel

from data.core import fields
from data.core.errors import UserError
from data.core.ids import parse_id
from data.office import audit_log
from data.office.audit_log import Asked
from data.office.audit_words import ACTIONS

PATH = "/gestion/journal"


class JournalQuery(BaseModel):
    """The parameters as an address has them; what cannot be read does not narrow."""

    r: str = ""
    action: str = ""
    qui: str = ""
    famille: str = ""
    sur: str = ""
    n: str = ""
    du: str = ""
    au: str = ""
    tri: str = ""
    entree: str = ""

    def asked(self) -> Asked:
        column, _, way = self.tri.partition("-")
        if column not in audit_log.SORTS:
            column, way = "at", "d"
        return Asked(
            self.r[:80],
            self.action if self.action in ACTIONS else "",
            parse_id(self.qui),
            parse_id(self.famille),
            self.sur[:40],
            parse_id(self.n),
            _day(self.du),
            _day(self.au),
            column,
            way != "c",
        )


def path_of(asked: Asked, opened: int | None = None, path: str = PATH) -> str:
    """The address that asks for it, with an entry open."""
    given = {
        "r": asked.search,
        "action": asked.action,
        "qui": asked.actor,
        "famille": asked.family,
        "sur": asked.subject,
        "n": asked.subject_id,
        "du": asked.since,
        "au": asked.until,
        "tri": "" if (asked.sort, asked.down) == ("at", True) else f"{asked.sort}-{'d' if asked.down else 'c'}",
        "entree": opened,
    }
    query = urlencode({name: str(value) for name, value in given.items() if value not in ("", None)})
    return path + (f"?{query}" if query else "")


def _day(typed: str) -> date | None:
    try:
        return fields.read_date(typed[:20])
    except UserError:
        return None
