"""Pages kept on a device by choice: whose they are, what is in them, and when the device is told to erase them (R-27).

And devices that are told of letters (R-28).
"""

from collections.abc import Callable

from tests.server import PASSWORD, Server
from tests.web.http_client import Person, parsed, text_of

Come = Callable[..., Person]
CHOICE, STATE, COPY = "/mot-de-passe/hors-ligne", "/hors-ligne/etat", "/hors-ligne/copie"
ERASES = '"cache", "storage"'


def keeps(person: Person) -> Person:
    assert person.post(CHOICE, data={"choix": "oui"}).headers["location"] == f"{CHOICE}?fait=oui"
    assert person.get(STATE).status_code == 200
    return person


def test_the_copy_says_when_it_was_seen_and_holds_neither_link_nor_script_nor_money(come: Come) -> None:
    person = come("aubry.claire")
    assert (person.get(COPY).status_code, person.get(STATE).status_code) == (410, 410)
    copy = keeps(person).get(COPY).json()
    shown = parsed(copy["html"])
    assert copy["language"] == "fr"
    assert not shown.select("a, script, form, img, [src], [href]")
    assert text_of(shown).startswith("Vu le ")
    assert "Irina · " in text_of(shown)
    assert "Facture" not in text_of(shown)
    assert "Ne plus rien garder sur cet appareil" in person.text(CHOICE)


def test_what_is_the_same_for_all_says_nothing_of_anybody(come: Come, claire: Person) -> None:
    for path in ("/hors-ligne", "/hors-ligne.js"):
        assert "Aubry" not in claire.get(path).text
    stranger = come()
    assert stranger.get("/hors-ligne.js").headers["content-type"].startswith("text/javascript")
    assert stranger.get(STATE).status_code == 410
    assert stranger.get(COPY).status_code == 303


def test_another_account_on_the_device_has_it_erased_and_gets_nothing(come: Come) -> None:
    device = keeps(come("aubry.claire"))
    cookie = device.cookies["hors_ligne"]
    other = come("belkacem.samir")
    other.cookies["hors_ligne"] = cookie
    assert (other.get(STATE).status_code, other.get(COPY).status_code) == (410, 410)
    device.cookies.delete("anacrouse")  # the session ran out
    assert device.get(STATE).status_code == 204
    assert "clear-site-data" not in device.sign_in("aubry.claire").headers
    answer = device.sign_in("belkacem.samir")
    assert answer.headers["clear-site-data"] == ERASES
    assert "hors_ligne" not in device.cookies


def test_signing_out_withdrawing_and_another_password_erase_it(come: Come, portal: Server) -> None:
    device, elsewhere = keeps(come("aubry.marc")), come("aubry.marc")
    assert device.post("/deconnexion").headers["clear-site-data"] == ERASES
    assert "hors_ligne" not in device.cookies
    device.sign_in("aubry.marc")
    assert keeps(device).post(CHOICE, data={"choix": "non"}).headers["clear-site-data"] == ERASES
    assert device.get(STATE).status_code == 410
    old = keeps(device).cookies["hors_ligne"]
    word = "trois bateaux verts sur le lac"
    changed = elsewhere.post("/mot-de-passe", data={"ancien": PASSWORD, "nouveau": word, "encore": word})
    assert changed.status_code == 303
    stranger = come()
    stranger.cookies["hors_ligne"] = old
    assert stranger.get(STATE).status_code == 410


def test_staff_who_look_as_a_family_keep_nothing_of_it(come: Come) -> None:
    paul = come("renard.paul")
    paul.cookies["hors_ligne"] = keeps(come("aubry.claire")).cookies["hors_ligne"]
    assert paul.get(STATE).status_code == 410
    assert paul.get(COPY).status_code != 200


def test_a_device_is_notified_of_letters_until_its_person_leaves_or_another_comes(come: Come, portal: Server) -> None:
    def notified() -> list[object]:
        return [row[0] for row in portal.rows("SELECT account_id FROM push_device")]

    device, choice = come("aubry.claire"), "/mot-de-passe/notifications"
    answer = device.post(choice, data={"choix": "oui", "adresse": "https://127.0.0.1/x"})
    assert answer.status_code == 400
    assert "n’est pas connu du portail" in text_of(answer.text)
    wanted = {"choix": "oui", "adresse": "https://fcm.googleapis.com/fcm/send/x"}
    for leave in (
        lambda: device.post("/deconnexion"),
        lambda: device.sign_in("belkacem.samir"),
        lambda: device.post(choice, data={"choix": "non"}),
    ):
        device.sign_in("aubry.claire")
        assert device.post(choice, data=wanted).headers["location"] == f"{choice}?fait=oui"
        assert notified() == [portal.account("aubry.claire")["id"]]
        assert "Ne plus me prévenir" in device.text(choice)
        leave()
        assert notified() == []
