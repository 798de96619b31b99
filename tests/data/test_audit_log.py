"""« Journal »: in words, for the « responsable » only, found by anything; it forgets after its time and no sooner."""

import ast
import csv
import io
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.exc import DBAPIError
from sqlmodel import col, delete

from data.core import audit, clock, spreadsheets
from data.core.audit import Action, AuditEntry
from data.core.errors import NotFound
from data.core.fields import editables
from data.core.system_unit_of_work import system_unit_of_work
from data.families.models import Family, Guardian, Pupil
from data.mail.outbox import Letter
from data.mail.templates import TEMPLATES, LetterKind
from data.office import audit_log
from data.office.audit_log import Asked
from data.office.audit_words import ACTIONS
from data.office.news import News
from data.privacy import retention
from data.reenrolment import campaign_admin
from data.site_admin.settings import PARTS
from tests.days import ZONE
from tests.demo_users import CLAIRE, HELENE, PAUL, account, as_, both, every, later, set_site

ROOT = Path(__file__).resolve().parents[2]
CODES = {*Action, *LetterKind}


def note(action: Action = Action.CHANGE_ASKED, now: datetime | None = None, **more: Any) -> None:
    with as_(PAUL, now=now) as uow:
        audit.note(uow, action, **more)


def described(**asked: Any) -> list[audit_log.EntryView]:
    with as_(HELENE, writes=False) as uow:
        return audit_log.entries(uow, Asked(**asked))


def sources() -> Iterator[tuple[str, ast.Module]]:
    for floor in ("data", "components", "pages"):
        for path in (ROOT / floor).rglob("*.py"):
            if "versions" not in path.parts:
                yield path.name, ast.parse(path.read_text(encoding="utf-8"))


def codes(tree: ast.Module) -> Iterator[str]:
    """Texts that are an action or a kind of letter; one word alone may be something else, and is left to its type."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and node.value in CODES and not str(node.value).isalpha():
            yield str(node.value)


def test_actions_and_kinds_of_letters_are_said_in_one_place_and_have_words(database: str) -> None:
    assert set(ACTIONS) == set(Action)
    assert set(TEMPLATES) == set(LetterKind) - {
        LetterKind.TRIAL,
        LetterKind.GROUP,
    }  # whose words are the office’s, each time
    elsewhere = {(place, code) for place, tree in sources() for code in codes(tree)} - {
        *(("audit.py", action) for action in Action),
        *(("templates.py", kind) for kind in LetterKind),
    }
    assert elsewhere == {("sessions.py", "signed in")}  # what attempts are counted as
    assert {each.action for each in every(AuditEntry)} <= set(Action)
    assert {each.kind for each in every(Letter)} <= set(LetterKind)


def keys(tree: ast.Module) -> Iterator[str]:
    """The names of fields in `changes={…}`; those with capitals or spaces are words already."""
    for node in ast.walk(tree):
        for given in node.keywords if isinstance(node, ast.Call) else ():
            for part in ast.walk(given.value) if given.arg == "changes" else ():
                for key in part.keys if isinstance(part, ast.Dict) else ():
                    if isinstance(key, ast.Constant) and isinstance(key.value, str) and key.value.islower():
                        yield key.value


def test_every_field_that_is_noted_has_words(database: str) -> None:
    found = {key: place for place, tree in sources() for key in keys(tree)}
    found |= {f"guardian.{name} required": "field_policies.py" for name in editables(Guardian)}
    found |= {one.name: "settings.py" for part in PARTS for one in part.settings}
    found |= dict.fromkeys(editables(News), "news.py") | dict.fromkeys(campaign_admin._WRITTEN, "campaign_admin.py")
    assert len(found) > 60
    plain = {**editables(Guardian), **editables(Pupil)}
    wordless = {
        key: place
        for key, place in found.items()
        if key not in plain and audit_log.label_of(key, "fr") == key.replace("_", " ")
    }
    assert wordless == {}
    assert audit_log.label_of("guardian.town required", "fr") == "Fiche du responsable : Ville (obligatoire)"


@both
def test_entries_are_described_in_words_with_old_and_new(database: str) -> None:
    samir = account("belkacem.samir")
    note(subject="guardian", subject_id=samir.guardian_id, family_id=samir.family_id,
         changes={"phone_mobile": ["+33611223344", "+33655667788"], "reason": ["", "wrong"], "town": ["Metz", "Nancy", "accepted"]})  # fmt: skip
    [entry] = described(subject="guardian", subject_id=samir.guardian_id, actor=account(PAUL).id)
    assert (entry.who, entry.what, entry.record) == (
        "Paul Renard",
        "Modification demandée",
        "Fiche du responsable · Samir Belkacem",
    )
    assert entry.family == "n° 1077"
    assert entry.changes == [
        ("Téléphone mobile", "06 11 22 33 44", "06 55 66 77 88"),
        ("Motif", "", "mot de passe faux"),
        ("Ville", "Metz", "Nancy (acceptée)"),
    ]


@both
def test_entries_are_found_by_person_action_day_family_and_words(database: str) -> None:
    family = next(each for each in every(Family) if each.number == 1077)
    old = clock.now() - timedelta(days=40)
    note(Action.ABSENCE_REPORTED, old, family_id=family.id, changes={"comment": ["", "Zélie a la grippe 100%"]})
    with as_(HELENE) as uow:
        audit.note(uow, Action.RECORD_CORRECTED, subject="zone", changes={"phone_mobile": ["", "+33611223344"]})
    for typed in ("Zélie", "zélie", "ZÉLIE", "zélie GRIPPE", "100% a"):
        assert len(described(search=typed, action="absence told")) == 1, typed
    for typed in ("hélène", "HELENE", "Hélène lemoine"):
        assert {each.who for each in described(search=typed, subject="zone")} == {"Hélène Lemoine"}, typed
    for typed in ("06 11 22 33 44", "+33 6 11 22 33 44", "0033611223344"):
        assert len(described(search=typed, subject="zone")) == 1, typed
    assert len(described(search="100%")) == 1
    assert described(search="%zzz") == described(search="_____________________________") == []
    assert [each.what for each in described(action="absence told", family=1077)] == ["Absence annoncée ou justifiée"]
    assert described(family=99999) == described(family=2**40) == []
    for action in (Action.CAMPAIGN_ACTIVATED, Action.CAMPAIGN_ACTIVE):
        note(action, old, family_id=family.id)
    assert len(described(action=Action.CAMPAIGN_ACTIVE, family=1077)) == 2, "one choice for what bears the same words"
    assert len(described(until=old.astimezone(ZONE).date())) == 3
    assert {each.who for each in described(actor=account(PAUL).id)} == {"Paul Renard"}
    stamps = [each.entry.at for each in described()]
    assert stamps == sorted(stamps, reverse=True)
    first = [each.entry.at for each in described(down=False)]
    assert first == sorted(first)
    assert first[0] == old
    names = [each.who for each in described(sort="actor", down=False)]
    assert names[0] <= names[-1]
    assert described(sort="password_hash")[0].entry.at == stamps[0]
    assert len(described(search=described()[0].entry.reference)) == 1


def test_only_the_responsable_reads_it_and_only_its_site(database: str) -> None:
    for login in (PAUL, CLAIRE):
        with as_(login, writes=False) as uow:
            for act in (audit_log.entries, audit_log.count, audit_log.export):
                with pytest.raises(NotFound):
                    act(uow, Asked())
    with as_("petit.jean", "belrive", writes=False) as uow:
        assert {each.entry.site_id for each in audit_log.entries(uow, Asked())} <= {uow.site_id}
        with pytest.raises(NotFound):
            audit_log.one(uow, every(AuditEntry)[0].id)


def test_the_export_holds_no_formula_and_is_noted(database: str) -> None:
    note(changes={"comment": ["", "=cmd|' /C calc'!A0"], "title": ["", "+1"]})
    with as_(HELENE) as uow:
        heads, lines = audit_log.export(uow, Asked())
        audit_log.note_export(uow, len(lines))
    rows = list(csv.reader(io.StringIO(spreadsheets.write_csv(heads, lines).decode("utf-8-sig")), delimiter=";"))
    assert rows[0][:3] == ["Date", "Personne", "Action"]
    assert len(rows) == len(lines) + 1
    assert not [cell for row in rows for cell in row if cell[:1] in "=+-@\t" and cell]
    assert every(AuditEntry)[-1].action == "journal exported"


@both
def test_old_entries_go_by_the_days_round_and_no_younger_one_by_anybody(database: str) -> None:
    """Row 88, and what the law asks: a year at most, six months at least."""
    for days in (400, 300, 100):
        note(Action.ABSENCE_REPORTED, later(days=-days), changes={"days": ["", days]})
    young = every(AuditEntry, AuditEntry.action == "absence told")[-1].id

    def left() -> list[int]:
        return [
            each.changes["days"][1]
            for each in every(AuditEntry, AuditEntry.action == "absence told")
            if each.actor == "Paul Renard"
        ]

    retention.sweep()
    assert left() == [300, 100]
    purged = every(AuditEntry)[-1]
    assert (purged.action, purged.changes) == ("journal purged", {"count": ["", 1]})
    set_site(journal_months=6)
    retention.sweep()
    assert left() == [100]
    set_site(journal_months=1)
    retention.sweep()
    assert left() == [100]
    with pytest.raises(DBAPIError, match="append-only"), system_unit_of_work(writes=True) as uow:
        uow.change(delete(AuditEntry).where(col(AuditEntry.id) == young))
    assert left() == [100]
