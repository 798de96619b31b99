"""The records as their pages work: asked, marked, replaced, withdrawn, decided, all seen without a reload."""

import re
import threading
from collections.abc import Callable

import pytest
from bs4 import BeautifulSoup

from tests.server import Server
from tests.web.http_client import Person, Tab, text_of

Come = Callable[..., Person]
NOTICE = "Fiche du responsable en attente de validation"
HOSTILE = "<img src=x onerror=alert(1)>{{7*7}}\"'><script>alert(2)</script>"


def decide(tab: Tab, verdict: str, **more: str) -> dict[str, object]:
    """Decide every field of the request that is open on the queue page's page."""
    soup = BeautifulSoup(tab.markup(), "lxml")
    form = soup.select_one("#request-form")
    values = {str(field["name"]): str(field.get("value", "")) for field in form.select("input[type=hidden]")}
    for name in {str(radio["name"]) for radio in form.select("input[type=radio]")}:
        values[name] = verdict
    return tab.act("decide", form["data-of"], **values, **more)


def mobile(portal: Server, login: str = "aubry.claire") -> str:
    return str(portal.value("SELECT phone_mobile FROM guardian WHERE id = ?", portal.account(login)["guardian_id"]))


def pending(portal: Server, login: str = "aubry.claire") -> list[tuple[str, str, str]]:
    return portal.rows(
        "SELECT field, old, new FROM field_change WHERE state = 'pending' AND family_id = ? ORDER BY id",
        portal.account(login)["family_id"],
    )


def test_a_change_is_asked_acknowledged_and_marked_and_the_record_stays(portal: Server, claire: Person) -> None:
    with Tab(claire, "/famille") as tab:
        answer = tab.save(phone_mobile="06 12 34 56 78")
        assert "La fiche d’identité a été mise à jour." in answer["dialog"]
        assert "En attente · avant : 06 98 76 54 32" in tab.shown()
        assert NOTICE in tab.shown()
    assert mobile(portal) == "+33698765432"
    assert pending(portal) == [("phone_mobile", "+33698765432", "+33612345678")]
    assert "En attente · avant : 06 98 76 54 32" in claire.text("/famille")


def test_a_grown_up_pupil_chooses_nobody_and_is_not_asked_whether_they_leave_alone(come: Come, claire: Person) -> None:
    samir = come("belkacem.samir")
    answer = samir.get("/eleves")
    assert (answer.status_code, answer.headers["location"]) == (303, "/eleves/2077/cours")
    assert "Sortie seul" not in samir.text("/famille")
    assert "Choisissez un élève" in claire.text("/eleves")
    assert "Sortie seul" in claire.text("/famille")


def test_nothing_changed_says_so_and_sends_no_letter(portal: Server, claire: Person) -> None:
    before = portal.value("SELECT count(*) FROM letter")
    with Tab(claire, "/famille") as tab:
        assert tab.save()["dialog"] == "Aucune modification à enregistrer."
    assert portal.value("SELECT count(*) FROM letter") == before


def test_asking_again_replaces_and_asking_for_the_old_value_withdraws(portal: Server, claire: Person) -> None:
    with Tab(claire, "/famille") as tab:
        tab.save(phone_mobile="06 12 34 56 78")
        tab.save(phone_mobile="06 22 22 22 22")
        assert [new for _, _, new in pending(portal)] == ["+33622222222"]
        assert "retirées" in tab.save(phone_mobile="06 98 76 54 32")["dialog"]
        assert pending(portal) == []
        assert NOTICE not in tab.shown()


def test_what_waits_can_be_withdrawn_as_a_whole(portal: Server, claire: Person) -> None:
    with Tab(claire, "/famille") as tab:
        tab.save(phone_mobile="06 12 34 56 78", postcode="57000", town="Metz")
        answer = tab.act("withdraw", tab.soup.select_one("form[data-do=save]")["data-of"])
        assert answer["toast"] == "Vos modifications en attente sont annulées."
        assert NOTICE not in tab.shown()
    assert pending(portal) == []


def test_every_fault_stands_beside_its_field_and_the_first_gets_the_focus(portal: Server, claire: Person) -> None:
    with Tab(claire, "/famille") as tab:
        answer = tab.save(birth_date="31/02/1980", phone_mobile="06 12", last_name="")
        assert answer["focus"].endswith("-last_name")
        for expected in (
            "Ce champ ne peut pas rester vide.",
            "Le 31/02/1980 n’existe pas.",
            "Ce numéro n’est pas complet.",
        ):
            assert expected in tab.shown()
    assert pending(portal) == []


def test_two_tabs_of_a_family_with_different_fields_both_wait(portal: Server, claire: Person) -> None:
    with Tab(claire, "/famille") as one, Tab(claire, "/famille") as other:
        one.save(phone_mobile="06 12 34 56 78")
        other.wait_until(lambda: NOTICE in other.shown())
        form = other.soup.select_one("form[data-do=save]")["data-of"]
        other.act("save", form, phone_home="03 82 11 22 33")
    assert sorted(field for field, *_ in pending(portal)) == ["phone_home", "phone_mobile"]


def test_modifier_twice_at_once_is_one_request_and_one_letter(portal: Server, claire: Person) -> None:
    newest = portal.value("SELECT max(id) FROM letter")
    with Tab(claire, "/famille") as one, Tab(claire, "/famille") as other:
        sending = [threading.Thread(target=tab.save, kwargs={"phone_mobile": "06 12 34 56 78"}) for tab in (one, other)]
        for each in sending:
            each.start()
        for each in sending:
            each.join(90)
    assert len(pending(portal)) == 1
    assert portal.value("SELECT count(*) FROM letter WHERE kind = 'request_received' AND id > ?", newest) == 1


def test_the_queue_shows_a_new_request_and_the_family_the_decision_without_a_reload(portal: Server, come: Come) -> None:
    with Tab(come("aubry.claire"), "/famille") as family, Tab(come("renard.paul"), "/gestion/demandes") as office_tab:
        family.save(phone_mobile="06 12 34 56 78")
        office_tab.wait_until(lambda: "Aubry Claire" in office_tab.shown())
        request = portal.value("SELECT max(id) FROM change_request")
        office_tab.act("open", request)
        assert "06 12 34 56 78" in office_tab.shown()
        assert decide(office_tab, "accepted")["announce"].startswith("La décision pour Aubry Claire")
        family.wait_until(lambda: NOTICE not in family.shown())
        assert "06 12 34 56 78" in family.markup()
    assert mobile(portal) == "+33612345678"


def test_a_refusal_needs_a_reason_that_the_family_reads(portal: Server, come: Come) -> None:
    request = portal.value(
        "SELECT id FROM change_request WHERE family_id = ? AND state = 'pending'",
        portal.account("belkacem.samir")["family_id"],
    )
    with (
        Tab(come("belkacem.samir"), "/") as home,
        Tab(come("renard.paul"), f"/gestion/demandes?demande={request}") as office_tab,
    ):
        assert "raison" in decide(office_tab, "declined")["dialog"]
        decide(office_tab, "declined", reason="Ce numéro ne répond pas.", message="Appelez-nous.")
        home.wait_until(lambda: "Ce numéro ne répond pas." in home.shown())
    assert "Refusée" in home.shown()
    blocks = portal.value("SELECT blocks FROM letter WHERE kind = 'request_decided' ORDER BY id DESC LIMIT 1")
    assert "Appelez-nous." in blocks


def test_two_members_of_staff_at_once_the_second_reads_who_was_first(portal: Server, come: Come) -> None:
    request = portal.value("SELECT id FROM change_request WHERE state = 'pending' ORDER BY submitted_at LIMIT 1")
    with Tab(come("renard.paul"), f"/gestion/demandes?demande={request}") as paul:
        with Tab(come("lemoine.helene"), f"/gestion/demandes?demande={request}") as helene:
            helene.wait_until(lambda: "Paul Renard a aussi cette demande ouverte." in helene.shown())
            form = helene.soup.select_one("#request-form")
            decide(paul, "accepted")
            values = {
                f"verdict:{name['name'].removeprefix('verdict:')}": "accepted"
                for name in form.select("input[type=radio]")
            }
            answer = helene.act("decide", request, version=form.select_one("[name=version]")["value"], **values)
        assert "déjà été traitée par Paul Renard" in answer["dialog"]
    assert (
        portal.value(
            "SELECT count(*) FROM letter WHERE kind = 'request_decided' AND account_id = "
            "(SELECT author_id FROM change_request WHERE id = ?)",
            request,
        )
        == 1
    )


def test_a_record_that_moved_meanwhile_shows_three_values_and_is_not_overwritten_unseen(
    portal: Server, come: Come
) -> None:
    samir = portal.account("belkacem.samir")
    request = portal.value(
        "SELECT id FROM change_request WHERE family_id = ? AND state = 'pending'", samir["family_id"]
    )
    with Tab(come("renard.paul"), f"/gestion/demandes?demande={request}") as office_tab:
        portal.change("UPDATE guardian SET phone_home = '+33387000000' WHERE id = ?", samir["guardian_id"])
        assert "a changé depuis l’affichage" in decide(office_tab, "accepted")["dialog"]
        assert "Maintenant : 03 87 00 00 00" in office_tab.shown()
        assert portal.value("SELECT phone_home FROM guardian WHERE id = ?", samir["guardian_id"]) == "+33387000000"
        decide(office_tab, "accepted")
    assert portal.value("SELECT phone_home FROM guardian WHERE id = ?", samir["guardian_id"]) == "+33382443322"


def test_a_decision_is_undone_and_the_field_waits_again(portal: Server, come: Come) -> None:
    samir = portal.account("belkacem.samir")
    request = portal.value(
        "SELECT id FROM change_request WHERE family_id = ? AND state = 'pending'", samir["family_id"]
    )
    with (
        Tab(come("belkacem.samir"), "/famille") as family,
        Tab(come("renard.paul"), f"/gestion/demandes?demande={request}") as office_tab,
    ):
        decide(office_tab, "accepted")
        family.wait_until(lambda: NOTICE not in family.shown())
        assert "de nouveau en attente" in office_tab.act("undo", request)["announce"]
        family.wait_until(lambda: NOTICE in family.shown())
    assert portal.value("SELECT phone_home FROM guardian WHERE id = ?", samir["guardian_id"]) == ""


@pytest.mark.parametrize("search", ["%", "_", "\\", "'", "(", "[a-z]*", "x" * 4000, "😀", "1042 Aubry", "-- ;"])
def test_the_search_is_literal(portal: Server, paul: Person, search: str) -> None:
    with Tab(paul, "/gestion/demandes") as office_tab:
        answer = office_tab.act("search", search=search)
        assert answer["announce"] == "0 demande"
        assert office_tab.act("search", search="Belkacem")["announce"] == "1 demande"


def test_hostile_text_is_shown_as_it_was_typed_everywhere(portal: Server, come: Come) -> None:
    claire, paul = come("aubry.claire"), come("renard.paul")
    with Tab(claire, "/famille") as tab:
        tab.save(address=HOSTILE, complement="{{7*7}}")
    request = portal.value("SELECT max(id) FROM change_request")
    pages = [(claire, "/famille"), (claire, "/"), (paul, f"/gestion/demandes?demande={request}")]
    with Tab(paul, f"/gestion/demandes?demande={request}") as office_tab:
        decide(office_tab, "declined", reason=HOSTILE, message=HOSTILE)
        assert "<img src=x" not in office_tab.markup()
    for person, path in [*pages, (paul, f"/gestion/demandes?onglet=traitees&demande={request}")]:
        answer = person.get(path).text
        assert "<img src=x" not in answer
        assert "<script>alert(2)" not in answer
    assert HOSTILE in text_of(paul.get(f"/gestion/demandes?onglet=traitees&demande={request}").text)


def test_a_post_code_proposes_its_towns_and_fills_the_only_one(portal: Server, claire: Person) -> None:
    with Tab(claire, "/famille") as tab:
        key = f"guardian-{tab.soup.select_one('form[data-do=save]')['data-of']}"
        filled = [tab.act("towns", key, postcode=code).get("fill") for code in ("57000", "75011")]
        assert {f"{key}-town": "Metz"} in filled
        for odd in ("", "99999", "x" * 4000, "١٢٣٤٥"):
            assert "fill" not in tab.act("towns", key, postcode=odd)


def test_a_town_leaves_with_its_post_code_and_a_doubtful_pair_is_asked_about_once(
    portal: Server, claire: Person
) -> None:
    with Tab(claire, "/famille") as tab:
        key = f"guardian-{tab.soup.select_one('form[data-do=save]')['data-of']}"

        def town(postcode: str, town: str) -> object:
            return tab.act("towns", key, postcode=postcode, town=town).get("fill")

        assert town("57 000", "Valmont") == {f"{key}-town": "Metz"}
        assert town("57100", "Metz") == {f"{key}-town": ""}  # several towns: none of them is Metz
        assert town("57220", "Metz") == {f"{key}-town": "Valmont"}  # back to what is recorded
        assert town("57100", "Lieu-dit") is None  # what a person wrote is theirs
        assert tab.save(postcode="57220", town="Metz")["focus"] == f"{key}-town"
        assert "Metz n’a pas le code postal 57220" in tab.shown().replace("\xa0", " ")
        assert pending(portal) == []
        assert "dialog" in tab.save(postcode="57220", town="Metz")
    assert [(field, new) for field, _, new in pending(portal)] == [("town", "Metz")]


def test_a_new_email_needs_the_password_and_both_addresses_are_written_to(portal: Server, claire: Person) -> None:
    with Tab(claire, "/famille") as tab:
        for _ in range(6):  # a field left empty is no guess
            assert tab.save(email="claire.new@example.org", phone_mobile="06 12")["focus"].endswith("-phone_mobile")
        assert "Saisissez votre mot de passe actuel" in tab.shown()
        assert "Ce numéro n’est pas complet." in tab.shown()
        assert pending(portal) == []
        tab.save(email="claire.new@example.org", current_password="Anacrouse-demo-2026")
    assert [field for field, *_ in pending(portal)] == ["email"]
    letters = dict(portal.rows("SELECT kind, recipient FROM letter ORDER BY id DESC LIMIT 3"))
    assert letters["confirm_email"] == "claire.new@example.org"
    assert letters["email_change_asked"] == letters["request_received"] == "claire.aubry@example.org"


def test_pages_speak_english_to_who_chose_it(claire: Person) -> None:
    claire.post("/langue", data={"langue": "en"})
    for path in ("/", "/famille", "/eleves", "/eleves/2042/identite", "/mot-de-passe"):
        page = claire.soup(path)
        assert page.html["lang"] == "en"
        assert not {"Modifier", "Famille", "Déconnexion"} & set(text_of(page).split()), path


def test_a_lesson_that_is_announced_as_missed_is_not_offered_again(portal: Server, claire: Person) -> None:
    offered = claire.soup("/").select(".lessons a[href*='/eleves/2042/absences?cours=']")
    number = str(offered[0]["href"]).rpartition("=")[2]
    day = portal.value("SELECT day FROM lesson WHERE id = ?", number)
    with Tab(claire, "/eleves/2042/absences") as tab:
        tab.act("announce", "2042", reason="Maladie", **{f"lesson-{number}": "on"})
        again = {"reason": "Transport", "first_day": "/".join(reversed(str(day).split("-")))}
        tab.act("announce", "2042", **again)
        assert "est déjà annoncée" in text_of(tab.markup())
        tab.act("announce", "2042", **again)
    states = portal.rows("SELECT state, reason FROM absence_notice ORDER BY id")
    assert states[-2:] == [("withdrawn", "Maladie"), ("pending", "Transport")]
    page = claire.soup("/")
    assert not page.select(f".lessons a[href='/eleves/2042/absences?cours={number}']")
    assert "Annoncée" in text_of(page.select_one(".lessons"))  # type: ignore[arg-type]


def test_an_absence_is_to_be_justified_by_who_may_and_is_no_alarm_for_who_only_consults(come: Come) -> None:
    claire, marc = come("aubry.claire"), come("aubry.marc")
    [task] = [each for each in claire.soup("/").select(".tasks .bad") if "Absence d’Irina" in each.get_text()]
    assert re.search(r"(FM|Piano) 206, \d+(er)? [a-zû]+", task.get_text())  # whichever she missed last
    link = task.select_one("a")
    assert link
    number = str(link["href"]).rpartition("absence=")[2]
    assert claire.soup(str(link["href"])).select_one(f"#absence-missed-{number}[checked]")
    home = marc.soup("/")
    assert not home.select(".tasks:not(.lessons) .bad")
    assert home.select_one(f"main a[href^='/eleves/2042/cours/'][href$='/absences/{number}']")


def test_a_lesson_that_was_moved_says_its_own_hour_wherever_it_is_named(portal: Server, come: Come) -> None:
    claire = come("aubry.claire")
    offered = claire.soup("/").select(".lessons a[href*='/eleves/2042/absences?cours=']")
    number = str(offered[0]["href"]).rpartition("=")[2]
    key = portal.value("SELECT e.id FROM enrolment e JOIN lesson l ON l.course_id = e.course_id "
                       "JOIN pupil p ON p.id = e.pupil_id WHERE l.id = ? AND p.number = 2042", number)  # fmt: skip
    portal.change(
        "UPDATE course SET starts = '17:15:00.000000' WHERE id = (SELECT course_id FROM lesson WHERE id = ?)", number
    )
    portal.change("UPDATE enrolment SET slot = '17:45:00.000000' WHERE id = ?", key)
    portal.change("UPDATE lesson SET state = 'moved', starts = '09:35:00.000000' WHERE id = ?", number)
    for path in ("/", "/eleves/2042/absences", f"/eleves/2042/cours/{key}/cours/{number}"):
        assert "10 h 05" in text_of(claire.soup(path)).replace("\xa0", " "), (
            path
        )  # half an hour after the course begins, as ever
    portal.change("UPDATE lesson SET state = 'cancelled', note = 'Grève' WHERE id = ?", number)
    said = [text_of(str(each)) for each in claire.soup("/").select(".lessons li")]
    assert any("Annulé" in each and "Grève" in each and "Absence ?" not in each for each in said), said
    assert claire.soup("/").select(f".lessons a[href$='cours={number}']") == []
