"""What passes between a family and the office, in Firefox and WebKitGTK: a word about one thing, a letter to a group, a lesson that changes."""

from data.group_letters import sending
from tests.conftest import ENVIRONMENT, move_to
from tests.engines.conftest import Enter
from tests.engines.page import Page
from tests.engines.where import Where, box, button, css, dialog, field, heading, link, words
from tests.server import Server

ASKED, ANSWERED = "Le livret est-il compris dans le prix ?", "Oui, il vous sera remis au premier cours."
NOTIFIED = "C’est fait : les familles vont être prévenues par courriel."
Size = tuple[int, int]


def test_a_word_about_a_bill_is_answered_on_the_open_page_and_closed(enter: Enter, size: Size) -> None:
    page = enter("aubry.claire", "/facturation/factures/26000007/lire", size)
    page.click(link("Une question ?"))
    page.at("^/demandes/ecrire/facture/")
    page.see(heading("Écrire au secrétariat"))
    page.click(button("Envoyer", exact=True))
    page.see(words("Écrivez votre message."))
    page.focused(field("Votre message"))
    page.fill(field("Votre message"), ASKED)
    page.click(button("Envoyer", exact=True))
    page.at(r"^/demandes/messages/\d+")
    page.see(words(ASKED))
    office = enter("renard.paul", "/gestion/demandes?onglet=messages", size)
    office.click(Where(".list-card a", words="26000007"))
    office.see(words(ASKED))
    office.fill(field("Votre réponse"), ANSWERED)
    office.press("Control+Enter")
    office.gone(words(ASKED))
    page.see(words(ANSWERED))  # without a reload
    page.click(button("Clore cet échange"))
    page.see(dialog("Clore cet échange ?"))
    page.click(button("Clore", exact=True).inside(dialog()))
    page.see(words("Vous avez clos cet échange."))
    page.goto("/demandes")
    page.see(words("Message : Facture n° 26000007"))


def written(enter: Enter) -> Page:
    """By the office, to one family: read over, then sent."""
    office = enter("renard.paul", "/gestion/courriels/groupes")
    office.click(link("Écrire à un groupe"))
    office.at("/nouveau$")
    office.fill(field("Et aussi les familles n°"), "1042")
    office.fill(field("Objet"), "Le règlement intérieur")
    office.fill(css("#group-text"), "Voici le règlement pour ")
    office.click(Where("[data-inserts]", "lèves"))
    office.holds(css("#group-text"), "Voici le règlement pour {élèves}")
    office.tick(box("À lire et accepter"))
    office.click(button("Enregistrer et relire"))
    office.at(r"/gestion/courriels/groupes/\d+$")
    office.see(heading("Aperçu : 1 famille"))
    office.see(words("Voici le règlement pour Irina"))
    office.click(button("Envoyer à 1 famille…"))
    office.see(dialog("Écrire à 1 famille ?"))
    office.focused(button("Envoyer", exact=True).inside(dialog()))
    office.press("Enter")
    office.see(words("Le courrier part vers 1 famille."))
    return office


def deliver(portal: Server) -> None:
    """What the portal does every five seconds."""
    move_to(DATABASE_URL=f"sqlite:///{portal.database}")
    sending.go_round()
    move_to(**ENVIRONMENT)


def test_a_letter_to_a_group_is_written_read_and_accepted(enter: Enter, portal: Server, size: Size) -> None:
    office = written(enter)
    deliver(portal)
    page = enter("aubry.claire", "/", size)
    page.click(Where("a", within=css(".tasks li", "À lire et accepter : Le règlement intérieur")))
    page.see(css("#letter-title", "Le règlement intérieur"))
    page.click(button("J’ai lu et j’accepte"))
    page.see(css(".toast", "votre accord est enregistré"))
    page.see(words("par Claire Aubry."))
    page.goto("/")
    page.gone(words("À lire et accepter"))
    office.reload()
    office.click(link("Ont accepté (1)"))
    office.see(Where("tbody tr", words="Claire Aubry"))


def test_a_lesson_is_cancelled_and_another_moved_and_the_agenda_says_it(
    enter: Enter, portal: Server, size: Size
) -> None:
    day = portal.value(
        "SELECT min(l.day) FROM lesson l JOIN enrolment e ON e.course_id = l.course_id JOIN pupil p ON p.id = e.pupil_id "
        "WHERE p.number = 2042 AND l.day > date(today(), '+7 days') AND l.state IN ('', 'planned')"
    )
    course = portal.value(
        "SELECT c.name FROM lesson l JOIN course c ON c.id = l.course_id JOIN enrolment e ON e.course_id = c.id "
        "JOIN pupil p ON p.id = e.pupil_id WHERE p.number = 2042 AND l.day = ? ORDER BY l.id", day,
    )  # fmt: skip
    page = enter("aubry.claire", f"/agenda?jour={day}", size)
    page.see(Where(".appointment", words=course))
    office = enter("renard.paul", f"/gestion/courriels/cours?jour={day}", size)
    row = Where("tbody tr", words=course)
    office.click(button("Annuler").inside(row))
    office.see(dialog("Annuler"))
    office.fill(field("Précision pour les familles"), "Professeur souffrant.")
    office.click(button("Annuler ce cours").inside(dialog()))
    office.see(words(NOTIFIED))
    page.see(Where(".appointment", words="Annulé"))
    page.see(words("Professeur souffrant."))
    office.click(button("Maintenir").inside(row))
    office.click(button("Maintenir ce cours").inside(dialog()))
    office.gone(dialog())
    page.gone(Where(".appointment", words="Annulé"))
    office.click(button("Déplacer").inside(row))
    office.fill(field("Heure").inside(dialog()), "25h")
    office.click(button("Déplacer", exact=True).inside(dialog()))
    office.see(css("dialog .fault"))
    office.fill(field("Heure").inside(dialog()), "18 h 45")
    office.click(button("Déplacer", exact=True).inside(dialog()))
    office.gone(dialog())
    page.says(Where(".appointment", words=course), "18 h 45")
    assert str(portal.value("SELECT starts FROM lesson WHERE state = 'moved' AND day = ?", day)).startswith("18:45")
