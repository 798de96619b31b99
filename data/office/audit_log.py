"""The journal, read by the « responsable »: who did what to which record when, in words people understand."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Any

from sqlalchemy import String, cast, func
from sqlmodel import SQLModel, col, or_, select

from data.accounts.models import Account
from data.core import audit, formats, sites
from data.core.audit import AuditEntry
from data.core.errors import NotYours
from data.core.fields import editables, fold
from data.core.i18n import Language, pair, say, twin_or_same
from data.core.search_text import PHONE
from data.core.unit_of_work import Visit
from data.families.models import Family, Guardian, Pupil
from data.mail.templates import TEMPLATES
from data.office.audit_words import ACTIONS, COUNTED, FIELDS, SHEETS, SUBJECTS, VALUES
from data.site_admin.settings import PARTS

DAY = re.compile(r"\b(\d{4})-(\d\d)-(\d\d)\b")
PAGE, MOST_COUNTED, MOST_EXPORTED = 50, 10_000, 50_000
SORTS = {"at": AuditEntry.at, "actor": AuditEntry.actor, "action": AuditEntry.action, "family": AuditEntry.family_id}


@dataclass(frozen=True)
class Asked:
    """What a person looks for; an empty value does not narrow."""

    search: str = ""
    action: str = ""
    actor: int | None = None  # an account; 0: the portal itself, or a stranger
    family: int | None = None  # its number
    subject: str = ""
    subject_id: int | None = None
    since: date | None = None
    until: date | None = None
    sort: str = "at"
    down: bool = True


@dataclass(frozen=True)
class Told:
    """An entry as people read it."""

    entry: AuditEntry
    when: str
    who: str
    what: str
    record: str
    family: str
    changes: Sequence[tuple[str, str, str]]  # field, before, after
    tongue: Language

    @property
    def cells(self) -> list[str]:
        details = " ; ".join(
            pair(field, f"{before} → {after}" if before else after, self.tongue)
            for field, before, after in self.changes
        )
        return [
            self.when,
            self.who,
            self.what,
            self.record,
            self.family,
            details,
            self.entry.client,
            self.entry.reference,
        ]


HEADS = ("Date", "Personne", "Action", "Enregistrement", "Famille", "Détail", "Adresse réseau", "Référence")


def managers_only(v: Visit) -> None:
    if v.role != "responsable":
        raise NotYours("journal")


def entries(v: Visit, asked: Asked, *, skip: int = 0, most: int = PAGE) -> list[Told]:
    managers_only(v)
    order = col(SORTS.get(asked.sort, AuditEntry.at))
    question = _narrowed(v, select(AuditEntry), asked).order_by(order.desc() if asked.down else order)
    latest = col(AuditEntry.id) if asked.sort == "at" and not asked.down else col(AuditEntry.id).desc()
    return told(v, v.all(question.order_by(latest).offset(skip).limit(most)))


def count(v: Visit, asked: Asked) -> int:
    """How many, counted as far as MOST_COUNTED: nobody leafs further."""
    managers_only(v)
    some = _narrowed(v, select(AuditEntry.id), asked).limit(MOST_COUNTED + 1).subquery()
    return v.count(select(func.count(some.c.id)))


def one(v: Visit, entry_id: int) -> Told:
    managers_only(v)
    return told(v, [v.get(AuditEntry, entry_id)])[0]


def people(v: Visit) -> dict[int, str]:
    """The staff, by name: whose acts one looks for."""
    managers_only(v)
    rows = v.rows(select(Account.id, Account.name).where(col(Account.family_id).is_(None)).order_by(col(Account.name)))
    return dict(rows)


def _narrowed(v: Visit, question: Any, asked: Asked) -> Any:
    if asked.action in ACTIONS:
        question = question.where(AuditEntry.action == asked.action)
    if asked.actor is not None:
        whose = AuditEntry.actor_id == asked.actor if asked.actor else col(AuditEntry.actor_id).is_(None)
        question = question.where(whose)
    if asked.family is not None:
        number = asked.family if asked.family < 2**31 else 0
        question = question.where(col(AuditEntry.family_id).in_(select(Family.id).where(Family.number == number)))
    if asked.subject:
        question = question.where(AuditEntry.subject == asked.subject)
    if asked.subject_id is not None:
        question = question.where(AuditEntry.subject_id == asked.subject_id)
    if asked.since:
        question = question.where(AuditEntry.at >= _midnight(v, asked.since))
    if asked.until:
        question = question.where(AuditEntry.at < _midnight(v, asked.until + timedelta(days=1)))
    words = _words(asked.search)
    staff = people(v) if words else {}
    for word in words:
        said = cast(col(AuditEntry.changes), String)
        question = question.where(
            or_(
                col(AuditEntry.actor_id).in_([each for each, name in staff.items() if fold(word) in fold(name)]),
                col(AuditEntry.reference).in_({word.lower(), asked.search.strip().lower()}),
                *(col(AuditEntry.actor).icontains(each, autoescape=True) for each in _cases(word)),
                *(said.icontains(json.dumps(each)[1:-1], autoescape=True) for each in _cases(word)),
            )
        )
    return question


def _words(typed: str) -> list[str]:
    """What to look for. A telephone number is one word, without what each writes its own way: « 06 … », « +33 6 … »."""
    figures = re.sub(r"\D", "", typed)
    if PHONE.fullmatch(typed.strip()) and len(figures) > 6 and "/" not in typed:
        return [figures.removeprefix("00").removeprefix("33").lstrip("0")]
    return typed.split()[:6]


def _cases(word: str) -> set[str]:
    """A word as it may stand in the column, where « É » is « \\u00c9 »: SQL takes only plain letters for the same in both cases."""
    return {word} if word.isascii() else {word, word.lower(), word.upper(), word.title()}


def _midnight(v: Visit, day: date) -> datetime:
    return datetime.combine(day, time(), v.zone).astimezone(UTC)


def told(v: Visit, rows: Sequence[AuditEntry]) -> list[Told]:
    """Entries in words; the names of their records in one question a kind."""
    names = _names(v, rows)
    numbers = {entry.family_id for entry in rows if entry.family_id}
    families = dict(v.rows(select(Family.id, Family.number).where(col(Family.id).in_(numbers)))) if numbers else {}
    return [_told(v, entry, names, families) for entry in rows]


def _told(v: Visit, entry: AuditEntry, names: Mapping[tuple[str, int], str], families: Mapping[int, int]) -> Told:
    tongue = v.tongue
    named = names.get((entry.subject, entry.subject_id or 0), "")
    kind = say(SUBJECTS[entry.subject], tongue) if entry.subject in SUBJECTS else entry.subject
    number = v.say("n° {number}", number=entry.subject_id) if entry.subject_id and entry.subject != "address" else ""
    zone = sites.here(v).zone
    local = entry.at.astimezone(zone)
    return Told(
        entry,
        f"{formats.day(local.date())} {formats.hour(entry.at, zone, tongue)}",
        entry.actor if entry.actor not in {"", "–"} else v.say("Le portail"),
        v.say(ACTIONS[entry.action]) if entry.action in ACTIONS else entry.action,
        " · ".join(filter(None, (kind, named or number))),
        v.say("n° {number}", number=families[entry.family_id])
        if entry.family_id and entry.family_id in families
        else "",
        list(_changes(entry, tongue)),
        tongue,
    )


def _names(v: Visit, rows: Sequence[AuditEntry]) -> dict[tuple[str, int], str]:
    found: dict[tuple[str, int], str] = {}
    tables: dict[str, tuple[type[SQLModel], Any]] = {
        "guardian": (Guardian, lambda row: row.full_name),
        "pupil": (Pupil, lambda row: row.full_name),
        "account": (Account, lambda row: row.name),
    }
    for subject, (table, name) in tables.items():
        ids = {entry.subject_id for entry in rows if entry.subject == subject and entry.subject_id}
        if ids:
            for row in v.all(select(table).where(table.id.in_(ids))):  # type: ignore[attr-defined]
                found[subject, row.id] = name(row)  # type: ignore[attr-defined]
    return found


def _changes(entry: AuditEntry, tongue: Language) -> Iterator[tuple[str, str, str]]:
    fields = {**editables(Guardian), **editables(Pupil)}
    for name, moved in entry.changes.items():
        before, after, *more = moved if isinstance(moved, list) and len(moved) in {2, 3} else ("", moved)
        if name in fields and (entry.subject in SHEETS or name not in FIELDS):
            tell = fields[name].tell
            was, now = (
                tell(each, tongue) if isinstance(each, str) else _value(each, tongue) for each in (before, after)
            )
            verdict = f" ({_value(more[0], tongue)})" if more else ""
            yield say(fields[name].mark.label, tongue), was, now + verdict
        else:
            before, after = (
                len(each) if name in COUNTED and isinstance(each, list) else each for each in (before, after)
            )
            yield label_of(name, tongue), _value(before, tongue), _value(after, tongue)


@lru_cache(maxsize=1)
def _settings() -> dict[str, str]:
    return {one.name: one.label for part in PARTS for one in part.settings}


def label_of(name: str, tongue: Language) -> str:
    """What a field is called: the journal's own words, a setting's label, « Fiche du responsable : Ville (obligatoire) »."""
    sheet, _, rest = name.partition(".")
    column, _, required = rest.partition(" ")
    fields = editables(Guardian if sheet == "guardian" else Pupil) if sheet in SHEETS else {}
    if column in fields:
        more = f" {say('(obligatoire)', tongue)}" if required else ""
        return pair(say(SUBJECTS[sheet], tongue), f"{say(fields[column].mark.label, tongue)}{more}", tongue)
    known = FIELDS.get(name) or _settings().get(name)
    return say(known, tongue) if known else twin_or_same(name.replace("_", " "), tongue)


def _value(value: Any, tongue: Language) -> str:
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return say("oui" if value else "non", tongue)
    if isinstance(value, list):
        return ", ".join(_value(each, tongue) for each in value)
    text = str(value)
    if text in TEMPLATES:
        return say(TEMPLATES[text].subject, tongue)
    if text in {"oui", "non"}:
        return say(text, tongue)
    if text in VALUES:
        return say(VALUES[text], tongue)
    return DAY.sub(lambda found: f"{found[3]}/{found[2]}/{found[1]}", twin_or_same(text, tongue))


def export(v: Visit, asked: Asked) -> tuple[list[str], list[list[str]]]:
    """(heads, lines) of what is looked for, MOST_EXPORTED at most."""
    return [v.say(head) for head in HEADS], [each.cells for each in entries(v, asked, most=MOST_EXPORTED)]


def note_export(v: Visit, count: int) -> None:
    """The journal keeps that it was taken out."""
    managers_only(v)
    audit.note(v, "journal exported", changes={"count": ["", count]})
