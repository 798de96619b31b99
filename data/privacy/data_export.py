"""« Mes données »: everything the portal keeps of a family, for the family: JSON, a page to read, and its files.

Reading is the family's own unit of work, so that what is another's is not found; the archive is written after it, off the loop.
"""

import json
import re
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

from markupsafe import Markup
from sqlmodel import SQLModel, col, select

from data.billing.pdf_archive import Paper
from data.core import audit, database, sites
from data.core.audit import Action
from data.core.errors import NotFound
from data.core.fields import editables
from data.core.formats import day, moment
from data.core.i18n import _
from data.core.scope import Scope
from data.core.system_unit_of_work import system_unit_of_work
from data.core.unit_of_work import UnitOfWork
from data.families import protection, stored_files
from data.families.models import Family, Guardian, Pupil
from data.families.stored_files import StoredFile
from data.group_letters.models import GroupLetter
from data.reenrolment.follow_up import ReviewNote
from data.reenrolment.models import Reenrolment
from data.schooling.models import Course, Teacher
from data.schooling.results import Assessment

SECRET = (  # in a column's name
    "hash",
    "token",
    "secret",
    "needle",
    "totp",
    "recovery",
    "idempot",
    "message_id",
    "endpoint",
)
# What only opens doors; and what a letter to a group is made of: the family has its own copy of it (Letter).
PASSED_OVER = {"KnownDevice", "AgendaKey", "Throttle", "GroupLetter", "GroupDocument"}
STAFFS = {
    "viewer",
    "viewer_id",
    "viewed_at",
    "site_id",
    "version",
    "key",
    "lease_until",
    "answer",
    "reason_from_id",
    "written_by",
}
# Tables in the order people read them, by the words they know; others follow under their own name.
TITLES = {
    "Family": _("Famille"),
    "Guardian": _("Responsables"),
    "Pupil": _("Élèves"),
    "PupilLink": _("Liens avec les élèves"),
    "Account": _("Compte"),
    "Enrolment": _("Cours"),
    "Mark": _("Évaluations"),
    "Absence": _("Absences"),
    "AbsenceNotice": _("Annonces d’absence"),
    "Piece": _("Répertoire"),
    "ChangeRequest": _("Demandes de modification"),
    "FieldChange": _("Champs demandés"),
    "Inquiry": _("Messages au secrétariat"),
    "InquiryTurn": _("Textes des messages et de leurs réponses"),
    "ReviewNote": _("Notes du conservatoire sur une réinscription"),
    "Invoice": _("Factures"),
    "InvoiceLine": _("Lignes des factures"),
    "Instalment": _("Échéances"),
    "Payment": _("Paiements"),
    "Allocation": _("Répartition des paiements"),
    "OnlinePayment": _("Paiements en ligne"),
    "Certificate": _("Attestations"),
    "Paper": _("Documents produits"),
    "StoredFile": _("Documents envoyés"),
    "Letter": _("Courriers reçus"),
    "GroupRecipient": _("Courriers à un groupe : lus, acceptés"),
    "SignIn": _("Connexions"),
    "PushDevice": _("Appareils prévenus des messages"),
}


PAPERS = {"invoice": _("Facture"), "receipt": _("Reçu"), "certificate": _("Attestation")}
FILES = {"photo": _("Photo d’identité"), "absence": _("Justificatif d’absence"), "document": _("Document")}


@dataclass
class Everything:
    """What was found: table -> rows (column -> value), the names of things by (column, key), files to copy."""

    site: str
    number: int
    made: str
    language: str
    tables: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    names: dict[tuple[str, int], str] = field(default_factory=dict)
    labels: dict[str, dict[str, str]] = field(default_factory=dict)
    files: list[tuple[str, tuple[int, str]]] = field(
        default_factory=list
    )  # (name in the archive, site and name of the file)
    digests: set[str] = field(default_factory=set)
    record_names: dict[str, str] = field(default_factory=dict)


def collect(uow: UnitOfWork) -> Everything:
    """All that the family may see of itself; NotFound for anybody else."""
    if uow.is_staff or not uow.family_id:
        raise NotFound("family's data")
    site, family = sites.here(uow), uow.get(Family, uow.family_id)
    found = Everything(site.name, family.number, moment(uow.now, site.zone, uow.language), uow.language)
    for table in sorted(database.table_classes(), key=_rank):
        if table.scope in {Scope.FAMILY, Scope.PUPIL} and table.__name__ not in PASSED_OVER:  # type: ignore[attr-defined]
            rows = [row for row in uow.all(select(table).order_by(table.id)) if _theirs(uow, row)]  # type: ignore[attr-defined]
            if rows:
                found.tables[table.__name__] = [_values(row) for row in rows]
                found.labels[table.__name__] = {
                    name: uow.translate(one.mark.label) for name, one in editables(table).items()
                }
            _note_files(uow, found, rows)
    _add_notes(uow, found)
    _name_things(uow, found)
    found.record_names = {
        "title": uow.translate("Les données de la famille n° {number}", number=family.number),
        "made": uow.translate("Copie du {moment}, tirée du portail « {site} ».", moment=found.made, site=site.name),
        "json": uow.translate(
            "Les mêmes données, pour un programme, sont dans donnees.json ; vos fichiers dans le dossier documents."
        ),
        **{name: uow.translate(text) for name, text in TITLES.items()},
    }
    _note_copied(uow, family)
    return found


def _note_copied(uow: UnitOfWork, family: Family) -> None:
    """Once an hour for each account: whoever takes it by the hundred fills no journal."""
    if not audit.was_noted(uow, Action.DATA_COPIED, "family", family.id):
        audit.note_record(uow, Action.DATA_COPIED, family)


def _rank(table: type[SQLModel]) -> tuple[int, str]:
    names = list(TITLES)
    return names.index(table.__name__) if table.__name__ in names else len(names), table.__name__


def _add_notes(uow: UnitOfWork, found: Everything) -> None:
    """What the office noted of the family's requests: a note about a person is the person's to read (GDPR, article 15). Not which
    colleague wrote it: that is about the colleague. Of a pupil whose other household is under protection it is asked of the
    conservatoire, since a note may tell of that household (article 15-4) and nobody has looked at it."""
    guarded = {each.id for each in uow.all(select(Pupil)) if protection.hidden_fields(uow, "pupil", each)}
    question = (
        select(ReviewNote, Reenrolment.pupil_id)
        .join(Reenrolment, col(Reenrolment.id) == ReviewNote.reenrolment_id)
        .where(Reenrolment.household_id == uow.family_id, Reenrolment.site_id == uow.site_id)
        .order_by(col(ReviewNote.id))
    )
    with system_unit_of_work() as system:
        noted = [(note.text, note.revisit, note.changed_at, pupil_id) for note, pupil_id in system.rows(question)]
    ask = uow.translate("Une note existe : demandez-en la copie au conservatoire.")
    if noted:
        found.tables["ReviewNote"] = [
            {"pupil_id": pupil_id, "text": ask if pupil_id in guarded else text, "revisit": revisit, "changed_at": at}
            for text, revisit, at, pupil_id in noted
        ]
        labels = {"text": _("Note"), "revisit": _("À revoir"), "changed_at": _("Écrite le")}
        found.labels["ReviewNote"] = {name: uow.translate(label) for name, label in labels.items()}


def _theirs(uow: UnitOfWork, row: Any) -> bool:
    """A file of a pupil whom another household gave stays that household's."""
    return not isinstance(row, StoredFile) or row.giver_id in {None, uow.family_id}


def _values(row: Any) -> dict[str, Any]:
    return {
        name: value
        for name, value in row.model_dump().items()
        if name not in STAFFS and not any(part in name for part in SECRET)
    }


def _note_files(uow: UnitOfWork, found: Everything, rows: Sequence[Any]) -> None:
    """Each file once, the paper of a bill as it was written last, under a name that says what it is."""
    papers = {
        _said(row): row for row in rows if isinstance(row, Paper)
    }  # in the order of their keys: the last one stays
    held: list[StoredFile | Paper] = [each for each in rows if isinstance(each, StoredFile)]
    for row in [*held, *papers.values()]:
        if row.sha256 not in found.digests:  # one given for two children is one file
            found.digests.add(row.sha256)
            found.files.append((_free(found, *_called(uow, row)), (row.site_id, row.name)))


def _said(paper: Paper) -> tuple[str, str]:
    """The kind and the number of a kept paper: « invoice:2026-01:fr:8f3c… »."""
    kind, number, *_rest = paper.subject.split(":")
    return kind, number


def _called(uow: UnitOfWork, row: StoredFile | Paper) -> tuple[str, str]:
    """What a person calls it, and its ending."""
    if isinstance(row, Paper):
        kind, number = _said(row)
        return f"{uow.translate(PAPERS[kind]) if kind in PAPERS else kind} {number}", "pdf"
    name = row.shown.rpartition(".")[0] or uow.translate(FILES.get(row.kind, "Document"))
    return name, row.media_type.rpartition("/")[2].replace("jpeg", "jpg")


def _free(found: Everything, name: str, ending: str) -> str:
    """A name that every system takes, and that no other file has."""
    plain = re.sub(r"[^\w ’'()-]+", "-", name).strip(" -")[:80] or "document"
    taken = {known.casefold() for known, _ in found.files}
    numbers = (f"documents/{plain}{f' ({n})' if n > 1 else ''}.{ending}" for n in range(1, len(taken) + 2))
    return next(each for each in numbers if each.casefold() not in taken)


def _name_things(uow: UnitOfWork, found: Everything) -> None:
    """What numbers stand for: courses, assessments, pupils, adults, bills."""
    for pupil in uow.all(select(Pupil)):
        found.names["pupil_id", pupil.id] = pupil.full_name
    for adult in uow.all(select(Guardian)):
        found.names["guardian_id", adult.id] = adult.full_name
    for bill in found.tables.get("Invoice", []):
        found.names["invoice_id", bill["id"]] = bill["number"]
    for letter in uow.all(select(GroupLetter)):
        found.names["letter_id", letter.id] = letter.subject
    courses = {row["course_id"] for rows in found.tables.values() for row in rows if row.get("course_id")}
    for course, teacher in uow.rows(
        select(Course, Teacher)
        .join(Teacher, col(Teacher.id) == Course.teacher_id, isouter=True)
        .where(col(Course.id).in_(courses))
    ):
        taught = teacher.full_name if teacher else ""
        found.names["course_id", course.id] = " · ".join(filter(None, (course.name, course.school_year, taught)))
    canary = {row["assessment_id"] for row in found.tables.get("Mark", [])}
    for each in uow.all(select(Assessment).where(col(Assessment.id).in_(canary))):
        found.names["assessment_id", each.id] = " · ".join(filter(None, (each.kind, day(each.day))))


def write(found: Everything, to: Path) -> None:
    """The archive. A file that is gone is told in the page, not a fault."""
    missing = []
    with zipfile.ZipFile(to, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, kept in found.files:
            content = stored_files.read(*kept)
            if content is None:
                missing.append(name)
            else:
                archive.writestr(name, content)
        archive.writestr("donnees.json", _json(found, missing))
        archive.writestr("lisez-moi.html", _page(found, missing))


def _json(found: Everything, missing: list[str]) -> str:
    tables = {table: [{**row, **_named(found, row)} for row in rows] for table, rows in found.tables.items()}
    content = {
        "conservatoire": found.site,
        "famille": found.number,
        "copie": found.made,
        "fichiers": [name for name, _ in found.files if name not in missing],
        "tables": tables,
    }
    return json.dumps(content, ensure_ascii=False, indent=1, default=str)


def _named(found: Everything, row: Mapping[str, Any]) -> dict[str, str]:
    """« course » beside « course_id »: what the number stands for."""
    return {
        name.removesuffix("_id"): found.names[name, value]
        for name, value in row.items()
        if name.endswith("_id") and (name, value) in found.names
    }


STYLE = Markup(
    "body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#1a2236;background:#faf8f3}"
    "section{background:#fff;border:1px solid #e0dacd;border-radius:10px;padding:1rem 1.5rem;margin:1rem 0}"
    "dl{display:grid;grid-template-columns:minmax(8rem,14rem) 1fr;gap:.25rem 1rem;margin:0;padding:.75rem 0;"
    "border-top:1px solid #e0dacd}dt{color:#4b5469}dd{margin:0;overflow-wrap:anywhere;white-space:pre-line}h1,h2{line-height:1.25}"
    "@media (prefers-color-scheme:dark){body{background:#14181f;color:#eef0f4}section{background:#1d232d;border-color:#39414f}"
    "dl{border-color:#39414f}dt{color:#b6bdca}}"
)


def _page(found: Everything, missing: list[str]) -> str:
    """To read: each record's fields that say something, numbers replaced by what they stand for."""
    sections = [
        Markup("<section><h2>{} ({})</h2>{}</section>").format(
            found.record_names.get(table, table), len(rows), Markup("").join(_record(found, table, row) for row in rows)
        )
        for table, rows in found.tables.items()
    ]
    listed = Markup("").join(
        Markup('<li><a href="{0}">{0}</a></li>').format(name) for name, _ in found.files if name not in missing
    )
    return Markup(
        '<!doctype html><html lang="{}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        "<title>{}</title><style>{}</style></head><body><h1>{}</h1><p>{}</p><p>{}</p><ul>{}</ul>{}</body></html>"
    ).format(
        found.language,
        found.record_names["title"],
        STYLE,
        found.record_names["title"],
        found.record_names["made"],
        found.record_names["json"],
        listed,
        Markup("").join(sections),
    )


def _record(found: Everything, table: str, row: Mapping[str, Any]) -> Markup:
    labels, named = found.labels.get(table, {}), _named(found, row)
    pairs = []
    for name, value in row.items():
        if value in ("", None, [], {}) or name in {"id", "family_id", "account_id"}:
            continue
        short = name.removesuffix("_id")
        text = named.get(short) if name.endswith("_id") else _as_text(value)
        if text:
            pairs.append(Markup("<dt>{}</dt><dd>{}</dd>").format(labels.get(name, short.replace("_", " ")), text))
    return Markup("<dl>{}</dl>").format(Markup("").join(pairs)) if pairs else Markup("")


def _as_text(value: Any) -> str:
    if isinstance(value, datetime):
        return f"{value:%d/%m/%Y %H:%M} UTC"
    if isinstance(value, date):
        return day(value)
    if isinstance(value, time):
        return f"{value:%H:%M}"
    if isinstance(value, list):  # a letter's blocks
        return "\n".join(
            " ".join(str(part) for part in each[1:]) if isinstance(each, list) else str(each) for each in value
        )
    if isinstance(value, dict):
        return "\n".join(f"{name} : {text}" for name, text in value.items())
    return str(value)
