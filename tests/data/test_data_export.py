"""« Mes données »: everything of the family, nothing of another's, no secret; JSON and a page that say the same."""

import hashlib
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest
from bs4 import BeautifulSoup
from sqlmodel import col, update

from data.accounts import sessions
from data.core.audit import Action, AuditEntry
from data.core.errors import NotFound
from data.core.system_unit_of_work import system_unit_of_work
from data.families import stored_files
from data.families.models import Guardian, PupilLink
from data.families.stored_files import StoredFile
from data.mail import outbox
from data.mail.outbox import Mail, Recipient
from data.privacy import data_export
from data.reenrolment import follow_up
from data.reenrolment.campaigns import Campaign
from data.reenrolment.models import Reenrolment
from tests.conftest import stored_path
from tests.demo_users import CLAIRE, PAUL, account, as_, both, every, guardian, last, pupil


def archive(folder: Path, login: str = CLAIRE, code: str = "valmont") -> tuple[dict[str, Any], str, list[str]]:
    """(the JSON, the page, the names of the files)."""
    with as_(login, code) as uow:
        found = data_export.collect(uow)
    data_export.write(found, folder / "mine.zip")
    with zipfile.ZipFile(folder / "mine.zip") as made:
        assert made.testzip() is None
        return json.loads(made.read("donnees.json")), made.read("lisez-moi.html").decode(), made.namelist()


@both
def test_the_archive_holds_what_the_family_has(database: str, tmp_path: Path) -> None:
    content, page, _ = archive(tmp_path)
    assert (content["famille"], content["conservatoire"]) == (1042, "Conservatoire de Valmont")
    tables = content["tables"]
    for table in (
        "Guardian",
        "Pupil",
        "Enrolment",
        "Mark",
        "Absence",
        "Piece",
        "Invoice",
        "Payment",
        "ChangeRequest",
        "Letter",
        "Account",
    ):
        assert tables[table], table
    assert {row["first_name"] for row in tables["Pupil"]} == {"Irina", "Nino"}
    assert all(row["course"] and row["pupil"] for row in tables["Enrolment"])
    shown = BeautifulSoup(page, "html.parser").get_text(" ")
    for expected in ("Claire", "3 place du Marché", "Irina Aubry", "Téléphone mobile", "162,00"):
        assert expected in shown
    assert last(AuditEntry).action == "data copied"


@pytest.mark.parametrize("login", [CLAIRE, "aubry.marc", "belkacem.samir"])
def test_nothing_of_another_household_is_in_it(database: str, tmp_path: Path, login: str) -> None:
    content, page, _ = archive(tmp_path, login)
    own = account(login).family_id
    others = {
        "aubry.marc": ("Claire", "claire.aubry", "Nino"),
        CLAIRE: ("Marc Aubry", "marc.aubry"),
        "belkacem.samir": ("Aubry",),
    }
    for expected in others[login]:
        assert expected not in page
        assert expected not in json.dumps(content, ensure_ascii=False)
    families = {row["family_id"] for rows in content["tables"].values() for row in rows if row.get("family_id")}
    assert families == {own}


def test_no_secret_is_in_it(database: str, tmp_path: Path) -> None:
    claire = account(CLAIRE)
    token, _ = sessions.sign_in(claire)
    with system_unit_of_work(writes=True) as uow:
        to = Recipient("claire.aubry@example.org", "Claire", "fr", claire.site_id, claire.family_id, claire.id)
        outbox.write(uow, Mail("new_password", to, {"login": CLAIRE, "hours": 24}, secret="k7Wm3xPqRt9aZb"))
    content, page, _ = archive(tmp_path)
    everything = json.dumps(content) + page
    for secret in ("k7Wm3xPqRt9aZb", claire.password_hash, sessions.digest(token), token, "gAAAA", "argon2"):
        assert secret not in everything
    assert not [
        name
        for rows in content["tables"].values()
        for row in rows
        for name in row
        if "hash" in name or "secret" in name
    ]


def test_files_come_along_and_a_lost_one_is_no_fault(database: str, tmp_path: Path) -> None:
    claire = account(CLAIRE)
    with system_unit_of_work(writes=True) as uow:
        irina = next(link.pupil_id for link in every(PupilLink) if link.family_id == claire.family_id)
        for content, giver in (
            (b"mine", claire.family_id),
            (b"his", account("aubry.marc").family_id),
            (b"lost", claire.family_id),
            (b"mine", claire.family_id),  # given for two children
        ):
            name = stored_files.write(claire.site_id, content)
            uow.add(StoredFile(site_id=claire.site_id, pupil_id=irina, giver_id=giver, name=name, kind="absence",
                             media_type="image/jpeg", size=4, sha256=hashlib.sha256(content).hexdigest(), created_at=uow.now))  # fmt: skip
            if content == b"lost":
                stored_path(claire.site_id, name).unlink()
    content, page, names = archive(tmp_path)
    given = [name for name in names if name.startswith("documents/")]
    [mine] = [name for name in given if name.startswith("documents/Justificatif d’absence")]
    assert content["fichiers"] == given
    assert mine in page
    with zipfile.ZipFile(tmp_path / "mine.zip") as made:
        assert made.read(mine) == b"mine"


def test_what_people_typed_is_text_in_the_page(database: str, tmp_path: Path) -> None:
    with as_(CLAIRE) as uow:
        row = guardian(uow)
        row.profession = "<script>alert(1)</script>"
        uow.add(row)
    _, page, _ = archive(tmp_path)
    assert "<script>" not in page
    assert "&lt;script&gt;" in page


def test_staff_and_strangers_have_none(database: str) -> None:
    for login in (PAUL, None):
        with as_(login) as uow, pytest.raises(NotFound):
            data_export.collect(uow)


@both
def test_what_the_office_noted_of_a_request_is_in_it_without_who_wrote_it(database: str, tmp_path: Path) -> None:
    """R-70: a note about a person is theirs to read; not of a pupil whose other household is under protection."""
    claires, marcs = account(CLAIRE).family_id, account("aubry.marc").family_id
    with as_(CLAIRE) as uow:
        irina = pupil(uow, "Irina")
        campaign_id = every(Campaign, Campaign.site_id == uow.site_id)[0].id
        taken = every(Reenrolment, Reenrolment.pupil_id == irina.id, Reenrolment.campaign_id == campaign_id)
    with system_unit_of_work(writes=True) as uow:
        sent = taken[0] if taken else uow.add(Reenrolment(site_id=irina.site_id, campaign_id=campaign_id, pupil_id=irina.id,
                household_id=claires, author_id=account(CLAIRE).id, way="administrative", submitted_at=uow.now))  # fmt: skip
        uow.change(update(Reenrolment).where(col(Reenrolment.id) == sent.id).values(household_id=claires))
    with as_(PAUL) as uow:
        follow_up.write(uow, sent.id, "Rappeler pour le piano.", revisit=True, assignee_id=account(PAUL).id)
    content, page, _ = archive(tmp_path)
    [note] = content["tables"]["ReviewNote"]
    assert (note["text"], note["pupil"], note["revisit"]) == ("Rappeler pour le piano.", "Irina Aubry", True)
    assert "Paul Renard" not in json.dumps(note, ensure_ascii=False)
    assert "Rappeler pour le piano." in page
    assert "ReviewNote" not in archive(tmp_path, "aubry.marc")[0]["tables"]
    with system_unit_of_work(writes=True) as uow:
        uow.change(update(Guardian).where(col(Guardian.family_id) == marcs).values(contact_hidden=True))
    [note] = archive(tmp_path)[0]["tables"]["ReviewNote"]
    assert note["text"] == "Une note existe : demandez-en la copie au conservatoire."


@both
def test_taken_again_and_again_it_stands_in_the_journal_once_an_hour(database: str) -> None:
    for _ in range(3):
        with as_(CLAIRE) as uow:
            data_export.collect(uow)
    assert len(every(AuditEntry, AuditEntry.action == Action.DATA_COPIED)) == 1
