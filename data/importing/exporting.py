"""What leaves: each kind of record as its own import reads it again, empty models, what families had accepted since a day."""

from datetime import UTC, date, datetime, time

from sqlmodel import col, select

from data.change_requests.models import RECORD_TYPES, ChangeRequest, ChangeState, FieldChange
from data.core import audit, spreadsheets
from data.core.audit import Action
from data.core.fields import editables, full_name
from data.core.formats import moment
from data.core.i18n import _
from data.core.spreadsheets import Cell, Form, Tick, no_tick
from data.core.unit_of_work import UnitOfWork
from data.families.models import Family, Guardian, Pupil
from data.importing import guarding
from data.importing import runs as import_runs
from data.importing.columns import Field
from data.importing.planning import load
from data.importing.records import Record, Shown, ordered
from data.importing.snapshot import Snapshot

CHANGES = (
    "N° famille",
    "Fiche",
    "N° élève",
    "Rang",
    "Nom",
    "Champ",
    "Ancienne valeur",
    "Nouvelle valeur",
    "Accepté le",
    "Par",
)


def gather(uow: UnitOfWork, record: Record) -> Snapshot:
    """Read what `file_of` writes, and note in the journal who took it."""
    import_runs.allowed(uow, record.name)
    return load(uow, record)


def note(uow: UnitOfWork, name: str, rows: int) -> None:
    """`protected`: of how many families the file tells neither addresses nor numbers."""
    hidden = len(guarding.guarded(uow).families)
    left_out = {"protected": ["", hidden]} if hidden else {}
    audit.note(
        uow, Action.RECORDS_EXPORTED, subject="export", changes={"kind": ["", name], "rows": ["", rows], **left_out}
    )


def file_of(snapshot: Snapshot, record: Record, form: Form, *, tick: Tick = no_tick) -> tuple[bytes, int]:
    """The file and its number of rows. The same records give the same bytes, whatever numbers the database has."""
    lines = ordered(record, record.lines(snapshot))
    content = spreadsheets.write(
        form,
        [one.label for one in _written(record)],
        [_cells(record, line) for line in lines],
        title=record.label,
        tick=tick,
    )
    return content, len(lines)


def _cells(record: Record, line: Shown) -> list[Cell]:
    return [one.cell(line.get(one.name)) for one in _written(record)]


def _written(record: Record) -> list[Field]:
    return [one for one in record.columns if not one.only_read]


def model(record: Record, form: Form) -> bytes:
    """The titles, and a line as an example."""
    return spreadsheets.write(
        form,
        [one.label for one in _written(record)],
        [[one.example or None for one in _written(record)]],
        title=record.label,
    )


def accepted_since(uow: UnitOfWork, since: date) -> list[list[Cell]]:
    """Every value that staff accepted since that day, the oldest first: what the management software has yet to learn."""
    uow.manager_only()
    start = datetime.combine(since, time(), uow.zone).astimezone(UTC)
    people: dict[tuple[str, int], tuple[str, int | None, int | None]] = {}
    for sheet, table, number in (("guardian", Guardian, Guardian.rank), ("pupil", Pupil, Pupil.number)):
        for id_, first, last, known in uow.rows(select(table.id, table.first_name, table.last_name, number)):
            whose = (known, None) if sheet == "pupil" else (None, known)
            people[sheet, id_] = (full_name(first, last), *whose)
    rows: list[list[Cell]] = []
    for request, change, family in uow.rows(
        select(ChangeRequest, FieldChange, Family.number)
        .join(FieldChange, col(FieldChange.request_id) == ChangeRequest.id)
        .join(Family, col(Family.id) == ChangeRequest.family_id)
        .where(FieldChange.state == ChangeState.ACCEPTED, col(FieldChange.decided_at) >= start)
        .order_by(col(FieldChange.decided_at), col(FieldChange.id))
    ):
        one = editables(RECORD_TYPES[request.sheet])[change.field]
        name, pupil, rank = people.get((request.sheet, request.sheet_id), (request.title, None, None))
        when = moment(change.decided_at, uow.zone, "fr") if change.decided_at else ""
        what = "Élève" if request.sheet == "pupil" else "Responsable"
        rows.append(
            [
                family,
                what,
                pupil,
                rank,
                name,
                one.mark.label,
                one.format_value(change.old),
                one.format_value(change.new),
                when,
                change.decided_by,
            ]
        )
    return rows


def changes_file(rows: list[list[Cell]], form: Form) -> bytes:
    return spreadsheets.write(form, CHANGES, rows, title=_("Modifications acceptées"))
