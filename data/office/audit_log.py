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
from data.core import audit, formats, own_texts, sites
from data.core.audit import Action, AuditEntry
from data.core.errors import NotFound
from data.core.fields import editables, fold
from data.core.i18n import Language, _, pair, translate, translate_or_same
from data.core.roles import Role
from data.core.search_text import PHONE
from data.core.unit_of_work import UnitOfWork
from data.families.models import Family, Guardian, Pupil
from data.mail.templates import TEMPLATES, LetterKind
from data.office.audit_words import ACTIONS, COUNTED, FIELDS, RECORD_TYPES, SAME_WORDS, SUBJECTS, VALUES
from data.site_admin.settings import PARTS

DAY = re.compile(r"\b(\d{4})-(\d\d)-(\d\d)\b")
PAGE, MAX_COUNTED, MAX_EXPORTED = 50, 10_000, 50_000
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
class EntryView:
    """An entry as people read it."""

    entry: AuditEntry
    when: str
    who: str
    what: str
    record: str
    family: str
    changes: Sequence[tuple[str, str, str]]  # field, before, after
    language: Language

    @property
    def cells(self) -> list[str]:
        details = " ; ".join(
            pair(field, f"{before} → {after}" if before else after, self.language)
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


HEADS = (
    _("Date"),
    _("Personne"),
    _("Action"),
    _("Enregistrement"),
    _("Famille"),
    _("Détail"),
    _("Adresse réseau"),
    _("Référence"),
)


def managers_only(uow: UnitOfWork) -> None:
    if uow.role != Role.MANAGER:
        raise NotFound("journal")


def entries(uow: UnitOfWork, asked: Asked, *, skip: int = 0, most: int = PAGE) -> list[EntryView]:
    managers_only(uow)
    order = col(SORTS.get(asked.sort, AuditEntry.at))
    question = _narrowed(uow, select(AuditEntry), asked).order_by(order.desc() if asked.down else order)
    latest = col(AuditEntry.id) if asked.sort == "at" and not asked.down else col(AuditEntry.id).desc()
    return describe(uow, uow.all(question.order_by(latest).offset(skip).limit(most)))


def count(uow: UnitOfWork, asked: Asked) -> int:
    """How many, counted as far as MOST_COUNTED: nobody leafs further."""
    managers_only(uow)
    some = _narrowed(uow, select(AuditEntry.id), asked).limit(MAX_COUNTED + 1).subquery()
    return uow.count(select(func.count(some.c.id)))


def one(uow: UnitOfWork, entry_id: int) -> EntryView:
    managers_only(uow)
    return describe(uow, [uow.get(AuditEntry, entry_id)])[0]


def people(uow: UnitOfWork) -> dict[int, str]:
    """The staff, by name: whose acts one looks for."""
    managers_only(uow)
    rows = uow.rows(
        select(Account.id, Account.name).where(col(Account.family_id).is_(None)).order_by(col(Account.name))
    )
    return dict(rows)


def _narrowed(uow: UnitOfWork, question: Any, asked: Asked) -> Any:
    if asked.action in ACTIONS:
        question = question.where(col(AuditEntry.action).in_(SAME_WORDS[ACTIONS[asked.action]]))
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
        question = question.where(AuditEntry.at >= _midnight(uow, asked.since))
    if asked.until:
        question = question.where(AuditEntry.at < _midnight(uow, asked.until + timedelta(days=1)))
    text = _terms(asked.search)
    staff = people(uow) if text else {}
    for word in text:
        message = cast(col(AuditEntry.changes), String)
        question = question.where(
            or_(
                col(AuditEntry.actor_id).in_([each for each, name in staff.items() if fold(word) in fold(name)]),
                col(AuditEntry.reference).in_({word.lower(), asked.search.strip().lower()}),
                *(col(AuditEntry.actor).icontains(each, autoescape=True) for each in _cases(word)),
                *(message.icontains(json.dumps(each)[1:-1], autoescape=True) for each in _cases(word)),
            )
        )
    return question


def _terms(typed: str) -> list[str]:
    """What to look for. A telephone number is one word, without what each writes its own way: « 06 … », « +33 6 … »."""
    figures = re.sub(r"\D", "", typed)
    if PHONE.fullmatch(typed.strip()) and len(figures) > 6 and "/" not in typed:
        return [figures.removeprefix("00").removeprefix("33").lstrip("0")]
    return typed.split()[:6]


def _cases(word: str) -> set[str]:
    """A word as it may stand in the column, where « É » is « \\u00c9 »: SQL takes only plain letters for the same in both cases."""
    return {word} if word.isascii() else {word, word.lower(), word.upper(), word.title()}


def _midnight(uow: UnitOfWork, day: date) -> datetime:
    return datetime.combine(day, time(), uow.zone).astimezone(UTC)


def describe(uow: UnitOfWork, rows: Sequence[AuditEntry]) -> list[EntryView]:
    """Entries in words; the names of their records in one question a kind."""
    names = _names(uow, rows)
    numbers = {entry.family_id for entry in rows if entry.family_id}
    families = dict(uow.rows(select(Family.id, Family.number).where(col(Family.id).in_(numbers)))) if numbers else {}
    return [_describe(uow, entry, names, families) for entry in rows]


def _describe(
    uow: UnitOfWork, entry: AuditEntry, names: Mapping[tuple[str, int], str], families: Mapping[int, int]
) -> EntryView:
    language = uow.language
    named = names.get((entry.subject, entry.subject_id or 0), "")
    kind = translate(SUBJECTS[entry.subject], language) if entry.subject in SUBJECTS else entry.subject
    number = (
        uow.translate("n° {number}", number=entry.subject_id) if entry.subject_id and entry.subject != "address" else ""
    )
    zone = sites.here(uow).zone
    local = entry.at.astimezone(zone)
    return EntryView(
        entry,
        f"{formats.day(local.date())} {formats.hour(entry.at, zone, language)}",
        entry.actor if entry.actor not in {"", "–"} else uow.translate("Le portail"),
        uow.translate(ACTIONS[entry.action]) if entry.action in ACTIONS else entry.action,
        " · ".join(filter(None, (kind, named or number))),
        uow.translate("n° {number}", number=families[entry.family_id])
        if entry.family_id and entry.family_id in families
        else "",
        list(_changes(entry, language)),
        language,
    )


def _names(uow: UnitOfWork, rows: Sequence[AuditEntry]) -> dict[tuple[str, int], str]:
    found: dict[tuple[str, int], str] = {}
    tables: dict[str, tuple[type[SQLModel], Any]] = {
        "guardian": (Guardian, lambda row: row.full_name),
        "pupil": (Pupil, lambda row: row.full_name),
        "account": (Account, lambda row: row.name),
    }
    for subject, (table, name) in tables.items():
        ids = {entry.subject_id for entry in rows if entry.subject == subject and entry.subject_id}
        if ids:
            for row in uow.all(select(table).where(table.id.in_(ids))):  # type: ignore[attr-defined]
                found[subject, row.id] = name(row)  # type: ignore[attr-defined]
    return found


def _changes(entry: AuditEntry, language: Language) -> Iterator[tuple[str, str, str]]:
    fields = {**editables(Guardian), **editables(Pupil)}
    for name, moved in entry.changes.items():
        before, after, *more = moved if isinstance(moved, list) and len(moved) in {2, 3} else ("", moved)
        if name in fields and (entry.subject in RECORD_TYPES or name not in FIELDS):
            add_fact = fields[name].format_value
            was, now = (
                add_fact(each, language) if isinstance(each, str) else _value(each, language)
                for each in (before, after)
            )
            verdict = f" ({_value(more[0], language)})" if more else ""
            yield translate(fields[name].mark.label, language), was, now + verdict
        else:
            before, after = (
                len(each) if name in COUNTED and isinstance(each, list) else each for each in (before, after)
            )
            yield label_of(name, language), _value(before, language), _value(after, language)


@lru_cache(maxsize=1)
def _settings() -> dict[str, str]:
    return {one.name: one.label for part in PARTS for one in part.settings}


def label_of(name: str, language: Language) -> str:
    """What a field is called: the journal's own words, a setting's label, « Fiche du responsable : Ville (obligatoire) »."""
    sheet, _, rest = name.partition(".")
    column, _, required = rest.partition(" ")
    fields = editables(Guardian if sheet == "guardian" else Pupil) if sheet in RECORD_TYPES else {}
    if column in fields:
        more = f" {translate('(obligatoire)', language)}" if required else ""
        return pair(
            translate(SUBJECTS[sheet], language), f"{translate(fields[column].mark.label, language)}{more}", language
        )
    if known := FIELDS.get(name) or _settings().get(name):
        return translate(known, language)
    if name.endswith(own_texts.TWIN):
        return translate("{field}, en anglais", language, field=label_of(name.removesuffix(own_texts.TWIN), language))
    return translate_or_same(name.replace("_", " "), language)


def _value(value: Any, language: Language) -> str:
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return translate(_("oui") if value else _("non"), language)
    if isinstance(value, list):
        return ", ".join(_value(each, language) for each in value)
    text = str(value)
    if text in TEMPLATES:
        return translate(TEMPLATES[LetterKind(text)].subject, language)
    if text in {"oui", "non"}:
        return translate(text, language)
    if text in VALUES:
        return translate(VALUES[text], language)
    return DAY.sub(lambda found: f"{found[3]}/{found[2]}/{found[1]}", translate_or_same(text, language))


def export(uow: UnitOfWork, asked: Asked) -> tuple[list[str], list[list[str]]]:
    """(heads, lines) of what is looked for, MOST_EXPORTED at most."""
    return [uow.translate(head) for head in HEADS], [each.cells for each in entries(uow, asked, most=MAX_EXPORTED)]


def note_export(uow: UnitOfWork, count: int) -> None:
    """The journal keeps that it was taken out."""
    managers_only(uow)
    audit.note(uow, Action.JOURNAL_EXPORTED, changes={"count": ["", count]})
