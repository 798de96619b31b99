"""An address under protection, wherever it stands, at every address of the portal: for the other household, for the secretariat,
for who had begun to look as the family before (R-73)."""

import io
import re
import zipfile
from collections.abc import Callable

import httpx
import pytest

from tests.server import Server
from tests.web.canary_family import Theirs, plant_canary, text_of_answer
from tests.web.http_client import Person, Tab
from tests.web.test_audiences import routes  # noqa: F401
from tests.web.test_scope_by_http import gets

Come = Callable[..., Person]
Routes = list[tuple[str, str, str, list[str]]]
MARK, PHONE = "Qxcache", "+33655443399"


@pytest.fixture
def hidden(portal: Server) -> Theirs:
    """Claire's address is protected. It stands in her record, in Irina's, in what she and the other household asked and gave."""
    claires = plant_canary(portal, "aubry.claire", 2042, shared=True)
    lived = {"address": f"{MARK} rue", "email": f"{MARK}@example.org"}
    for table, key, more in (
        ("guardian", f"family_id = {claires.family}", {"complement": MARK, "town": MARK, "phone_mobile": PHONE}),
        ("pupil", f"id = {claires.pupil}", {"phone": PHONE}),
    ):
        values = {**lived, **more, "search": f"aubry irina {MARK.lower()} 0655443399"}
        portal.change(f"UPDATE {table} SET {', '.join(f'{name} = ?' for name in values)} WHERE {key}", *values.values())
    portal.change(
        "UPDATE guardian SET contact_hidden = true WHERE family_id = ? AND first_name <> ?", claires.family, MARK
    )
    portal.change("UPDATE guardian SET search = 'aubry claire' WHERE family_id = ?", claires.family)
    portal.change("UPDATE invoice SET payer_address = ? WHERE family_id = ?", f"{MARK} rue", claires.family)
    portal.change("UPDATE letter SET recipient = ?, blocks = ?, needle = ? WHERE family_id = ?", f"{MARK}@example.org",
                  f'[["p", "{MARK}"], ["foot", "", "", ""]]', MARK.lower(), claires.family)  # fmt: skip
    portal.change(
        "UPDATE stored_file SET shown = ?, kind = 'campaign' WHERE giver_id = ?", f"{MARK}.jpg", claires.family
    )
    portal.change("UPDATE supplied_document SET file_name = ? WHERE family_id = ?", f"{MARK}.jpg", claires.family)
    for path in (portal.folder / "files" / "1").iterdir():
        path.write_bytes(path.read_bytes().replace(b"Zzmarq", MARK.encode()))
    marc = portal.account("aubry.marc")
    for family, author in (
        (claires.family, claires.portal.account("aubry.claire")["id"]),
        (marc["family_id"], marc["id"]),
    ):
        for state in ("pending", "closed"):
            asked = claires.put("change_request", sheet="pupil", sheet_id=claires.pupil, family_id=family, state=state, version=1,
                                author_id=author, submitted_at="2026-11-10 10:00:00.000000", changed_at="2026-11-10 10:00:00.000000",
                                title="Aubry Irina")  # fmt: skip
            decided = "accepted" if state == "closed" else state
            for field, old in (("address", f"{MARK} rue"), ("phone", PHONE)):
                claires.put("field_change", request_id=asked, field=field, family_id=family, state=decided, old=old,
                            new=old if family == claires.family else "", confirm_hash="")  # fmt: skip
    return claires


def tells(answer: httpx.Response) -> bool:
    texts = [text_of_answer(answer)]
    if answer.headers.get("content-type") == "application/zip":
        with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
            texts += [archive.read(name).decode("utf-8", "replace") for name in archive.namelist()]
    return any(MARK.lower() in text.lower() or re.search("06 ?55 ?44 ?33 ?99|33655443399", text) for text in texts)


def shown_at(person: Person, claires: Theirs, routes: Routes) -> set[str]:  # noqa: F811
    walked = {**gets(claires, routes)}
    for request in claires.rows["change_request"]:
        walked |= {
            f"/gestion/demandes?demande={request}": "",
            f"/gestion/demandes?onglet=traitees&demande={request}": "",
        }
    for letter in claires.rows["letter"]:
        walked[f"/gestion/courriels?courriel={letter}"] = ""
    for query in ("pieces", "reinscriptions"):
        walked[f"/gestion/demandes?onglet={query}"] = ""
    for sent in claires.rows["reenrolment"]:
        walked[f"/gestion/demandes?onglet=reinscriptions&demande={sent}"] = ""
    for given in claires.rows["supplied_document"]:
        walked[f"/gestion/demandes?onglet=pieces&demande={given}"] = ""
    return {address for address in walked if tells(person.get(address))}


def test_neither_the_other_household_nor_the_secretariat_meets_it_anywhere(
    hidden: Theirs,
    come: Come,
    routes: Routes,  # noqa: F811
) -> None:
    assert shown_at(come("aubry.marc"), hidden, routes) == set()
    paul = come("renard.paul")
    assert shown_at(paul, hidden, routes) == set()
    for searched in (MARK, "0655443399"):
        assert "Aubry" not in paul.text(f"/gestion/familles?r={searched}"), searched
    helene = shown_at(come("lemoine.helene"), hidden, routes)
    family = f"/gestion/familles/{hidden.portal.value('SELECT number FROM family WHERE id = ?', hidden.family)}"
    assert {family, f"{family}/eleves", f"{family}/demandes", f"{family}/courriers"} <= helene
    own = shown_at(come("aubry.claire"), hidden, routes)
    assert {"/famille", "/eleves/2042/identite", "/mot-de-passe/donnees.zip"} <= own


def test_who_looked_as_the_family_before_is_sent_away(portal: Server, come: Come) -> None:
    paul, helene = come("renard.paul"), come("lemoine.helene")
    seen, number = portal.account("aubry.claire"), 1042
    for staff in (paul, helene):
        staff.post(f"/gestion/familles/{number}/voir", data={"compte": seen["id"]})
    adult = portal.value("SELECT guardian_id FROM account WHERE id = ?", seen["id"])
    with Tab(paul, "/famille") as looking, Tab(helene, f"/gestion/familles/{number}/adultes") as record:
        record.act("hide-contact", adult)
        looking.receive(lambda _: "/gestion/familles" in looking.opened)
        assert looking.save(phone_mobile="06 12 34 56 78")["reload"] is True
    assert paul.get("/famille").status_code in {303, 404}
    assert helene.get("/famille").status_code == 200


def test_an_identity_page_that_is_open_is_drawn_without_it(portal: Server, come: Come) -> None:
    """The other household’s, and the secretariat’s: also the form’s own copies of what was recorded."""
    portal.change("UPDATE pupil SET address = ? WHERE number = 2042 AND site_id = 1", f"{MARK} rue")
    marc, paul, helene = come("aubry.marc"), come("renard.paul"), come("lemoine.helene")
    adult = portal.value("SELECT guardian_id FROM account WHERE id = ?", portal.account("aubry.claire")["id"])
    with Tab(marc, "/eleves/2042/identite") as theirs, Tab(paul, "/gestion/familles/1042/eleves") as office:
        assert MARK in str(theirs.soup)
        assert MARK in str(office.soup)
        with Tab(helene, "/gestion/familles/1042/adultes") as record:
            record.act("hide-contact", adult)
        for tab in (theirs, office):
            assert MARK not in tab.receive(lambda packet: '"update"' in packet)
        pupil = portal.value("SELECT id FROM pupil WHERE number = 2042 AND site_id = 1")
        office.act("correct", pupil, **{"was:address": "", "address": "1 rue Neuve", "school": "Collège"})
    assert portal.rows("SELECT address, school FROM pupil WHERE id = ?", pupil) == [(f"{MARK} rue", "Collège")]
