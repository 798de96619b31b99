"""A family's screens in Firefox and WebKitGTK: changed, sent, seen by the office, decided; read, turned, paid; nothing typed is lost."""

import re
from collections.abc import Callable

from tests.engines.conftest import Enter
from tests.engines.page import Page
from tests.engines.where import Where, button, css, dialog, field, heading, hidden, link, words
from tests.server import Server

DONE = "La fiche d’identité a été mise à jour."
NOTICE = "Fiche du responsable en attente de validation"
LINES = css("[id^=open-past-]")
Size = tuple[int, int]


def modify(page: Page, name: str, value: str) -> None:
    page.fill(field(name), value)
    page.click(button("Modifier"))
    page.see(dialog(DONE))
    page.focused(button("OK").inside(dialog()))
    page.press("Enter")
    page.gone(dialog())


def test_a_number_is_changed_seen_by_the_office_and_decided_on_the_open_page(
    enter: Enter, portal: Server, size: Size
) -> None:
    page = enter("aubry.claire", "/famille", size)
    page.fill(field("Téléphone mobile"), "06 12")
    page.click(button("Modifier"))
    page.see("Ce numéro n’est pas complet.")
    page.focused(field("Téléphone mobile"))
    modify(page, "Téléphone mobile", "06 12 34 56 78")
    page.focused(button("Modifier"))
    page.see(words("En attente · avant : 06 98 76 54 32"))
    page.see(words(NOTICE))
    page.goto("/demandes")
    page.see(words("Téléphone mobile"))
    page.goto("/famille")
    page.see(words(NOTICE))
    request = portal.value("SELECT max(id) FROM change_request")
    office = enter("renard.paul", f"/gestion/demandes?demande={request}")
    office.see(words("06 12 34 56 78"))
    office.click(button("Valider"))
    page.gone(words(NOTICE))
    page.holds(field("Téléphone mobile"), "06 12 34 56 78")


def test_a_change_is_refused_and_the_reason_stands_beside_the_field(enter: Enter, portal: Server) -> None:
    page = enter("aubry.claire", "/famille")
    modify(page, "Téléphone mobile", "06 12 34 56 78")
    office = enter("renard.paul", f"/gestion/demandes?demande={portal.value('SELECT max(id) FROM change_request')}")
    office.click(Where("label", words="Refuser"))
    office.fill(css("#reason"), "Le justificatif manque.")
    office.click(button("Valider"))
    page.gone(words(NOTICE))
    page.see(words("Le justificatif manque."))


def test_a_pupil_s_record_is_changed_and_an_old_town_goes(enter: Enter, size: Size) -> None:
    page = enter("aubry.claire", "/eleves", size)
    page.click(link("Irina Aubry"))
    page.at("^/eleves/2042")
    page.goto("/eleves/2042/identite")
    modify(page, "Date de naissance", "05/05/2013")
    page.see(words("Fiche de l’élève en attente de validation"))
    page.goto("/famille")
    page.fill(field("Code postal"), "57000")
    page.press("Tab")
    page.holds(field("Ville"), "Metz")
    page.fill(field("Code postal"), "57100")
    page.press("Tab")
    page.click(button("Thionville"))
    page.holds(field("Ville"), "Thionville")


def test_what_is_typed_stays_through_a_reload_and_can_be_undone(enter: Enter, size: Size) -> None:
    page = enter("aubry.claire", "/famille", size)
    page.fill(field("Adresse"), "12 rue des Lilas")
    page.reload()
    page.holds(field("Adresse"), "12 rue des Lilas")
    page.see(words("1 modification non enregistrée"))
    page.click(button("Rétablir"))
    page.holds(field("Adresse"), "3 place du Marché")
    page.gone(words("1 modification non enregistrée"))


def test_the_line_is_lost_and_comes_back_and_the_typing_stays(
    enter: Enter, launch: Callable[..., Server], size: Size
) -> None:
    own = launch()
    page = enter("aubry.claire", "/famille", size, to=own)
    page.fill(field("Adresse"), "12 rue des Lilas")
    own.kill()
    page.see(Where("#popup", words="Connexion interrompue. Nouvelle tentative…"))
    page.says(hidden("#announcement"), "Connexion interrompue. Nouvelle tentative…")
    own.start()
    page.gone(css("#popup"))
    page.live()
    page.holds(field("Adresse"), "12 rue des Lilas")
    modify(page, "Adresse", "12 rue des Lilas")
    page.expects_complaints = True  # the browser notes each refused connection


def test_the_agenda_turns_its_weeks_and_months(enter: Enter, size: Size) -> None:
    page = enter("aubry.claire", "/agenda?jour=2026-12-14", size)
    page.see(heading("Semaine du 14 au 20 décembre 2026"))
    page.see(words("FM 206"))
    page.click(link("Semaine suivante"))
    page.see(heading("Semaine du 21 au 27 décembre 2026"))
    page.see(words("Vacances de Noël (zone B)"))
    page.click(link("Semaine précédente"))
    page.see(heading("Semaine du 14 au 20 décembre 2026"))
    page.click(link("Mois", exact=True))
    page.see(heading("Décembre 2026"))
    page.focus(css("#day-2026-12-14"))
    page.press("ArrowRight")
    page.focused(css("#day-2026-12-15"))
    page.press("ArrowDown", "ArrowDown", "ArrowDown")
    page.focused(css("#day-2027-01-05"))
    page.see(heading("Janvier 2027"))


def sums(page: Page) -> list[str]:
    return [re.sub(r"\s+", " ", text) for text in page.texts(css(".sums dd"))]


def test_fifty_euros_are_due_read_on_paper_and_paid(enter: Enter, portal: Server, size: Size) -> None:
    page = enter("belkacem.samir", "/facturation/locations", size)
    assert sums(page) == ["200,00 €", "150,00 €", "50,00 €"]
    assert page.download(css("a[href$='07000004.pdf']")) == [200, "application/pdf", "%P"]
    page.click(link("Payer en ligne"))
    page.at("/payer$")
    page.click(button("Continuer vers le paiement"))
    page.at("/paiement/simulateur/")
    page.click(button("Accepter"))
    page.at("/facturation/retour/")
    page.see(words("Paiement reçu."))
    page.click(link("Retour à la facturation"))
    page.at("/facturation/locations")
    assert sums(page) == ["200,00 €", "200,00 €", "0,00 €"]
    assert portal.value("SELECT count(*) FROM payment WHERE number LIKE 'EL-%'") == 1
    page.click(link("Lire en ligne n° EL-"))
    page.see(heading("Reçu n° EL-"))


def test_past_courses_are_searched_opened_and_walked(enter: Enter, size: Size) -> None:
    page = enter("aubry.claire", "/eleves/2042/historique", size)
    page.count(LINES, 14)
    if not page.ask_now(css("#find-past")):
        page.click(css(".fold-tools summary"))
    page.fill(css("#find-past"), "piano")
    page.count(LINES, 6)
    page.fill(css("#find-past"), "")
    page.count(LINES, 14)
    page.click(LINES.nth(3))
    page.see(css("#record-title", "FM 204"))
    page.focused(css("#record-title"))
    page.click(button("Suivante"))
    page.says(css(".walk .place"), "5 sur 14")
    page.back()
    page.see(LINES)


def test_a_course_opens_its_window_and_the_back_button_closes_it(enter: Enter, size: Size) -> None:
    page = enter("aubry.claire", "/eleves/2042/cours", size)
    page.click(link("Piano 206"))
    page.see(dialog("Piano 206"))
    page.at(r"/eleves/2042/cours/\d+$")
    page.click(link("Évaluations").inside(dialog()))
    page.attribute(link("Évaluations").inside(dialog()), "aria-current", "page")
    page.back()
    page.attribute(link("Cours", exact=True).inside(dialog()), "aria-current", "page")
    page.click(button("Fermer").inside(dialog()))
    page.gone(dialog())
    page.at("/eleves/2042/cours$")
    page.click(link("FM 206"))
    page.see(dialog("FM 206"))
    page.press("Escape")
    page.gone(dialog())
