"""A family on a telephone: what stands first, what folds, how many taps; the same order on wider screens."""

import re
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from playwright.sync_api import Locator, expect

from tests.bench.journeys import JOURNEYS, Thumb
from tests.bench.phone import PHONE as OF_THE_BENCH
from tests.browser.conftest import Enter
from tests.browser.test_dossier import PHONE, clean
from tests.server import Server

TAPS = {"re-enrolment, two papers": 7, "an absence justified": 3, "an absence announced": 3}


def place(where: Locator) -> tuple[float, float]:
    """How far from the left, how far from the top."""
    box = where.bounding_box()
    assert box
    return box["x"], box["y"]


def top(where: Locator) -> float:
    return place(where)[1]


@pytest.mark.parametrize("width", [390, 880, 1280])
def test_on_every_width_what_to_do_is_above_lessons_pupils_money_and_news(enter: Enter, width: int) -> None:
    page = enter("aubry.claire", viewport={"width": width, "height": 900}).open("/")
    names = ("À faire", "Les prochains cours", "Irina Aubry", "Facturation", "Vos demandes", "Actualités")
    heights = [
        top(page.locator("main").get_by_role("heading", name=re.compile(f"^{name}"), level=2).first) for name in names
    ]
    assert heights == sorted(heights)
    if width == 390:
        assert len(set(heights)) == len(heights)


@pytest.mark.parametrize(
    ("what", "walk", "target"), JOURNEYS, ids=lambda value: value if isinstance(value, str) else ""
)
def test_what_a_parent_does_most_takes_few_taps(
    enter: Enter, what: str, walk: Callable[[Thumb], None], target: str
) -> None:
    """Its seconds are measured apart (`python -m tests.bench --journeys`)."""
    thumb = Thumb(enter("aubry.claire", **OF_THE_BENCH).open("/"))
    walk(thumb)
    assert thumb.taps <= TAPS[what], target


def test_bills_are_cards_under_their_year_and_the_filters_are_folded(enter: Enter) -> None:
    page = enter("aubry.claire", bypass_csp=True, viewport=PHONE, has_touch=True).open("/facturation/cotisations")
    years = page.locator("tbody.group th")
    expect(years.first).to_be_visible()
    said = years.all_inner_texts()
    assert said == sorted(said, reverse=True)
    assert len(said) > 1
    expect(page.get_by_label("Rechercher")).to_be_hidden()
    expect(page.get_by_label("Année scolaire")).to_be_hidden()
    card = page.get_by_role("row").filter(has_text="Cotisation annuelle, en trois fois")
    name, amount = card.locator(".entry-name"), card.get_by_role("cell").last
    day, state = card.get_by_role("rowheader"), card.locator(".chip")
    paper = card.get_by_role("link", name="Facture (PDF)")
    heights = [top(each) for each in (name, amount, day, state, paper)]
    assert abs(heights[0] - heights[1]) < 8  # the label and the amount
    assert abs(heights[2] - heights[3]) < 16  # the date and the state
    assert heights[0] < heights[2] < heights[4]
    assert "€" in amount.inner_text()
    page.get_by_text("Année, recherche, tri").tap()
    page.get_by_label("Année scolaire").select_option("2024-2025")
    expect(years).to_have_text(["2024-2025"])
    clean(page)


def test_past_courses_are_cards_under_their_year_called_as_the_course(enter: Enter) -> None:
    page = enter("aubry.claire", bypass_csp=True, viewport=PHONE, has_touch=True).open("/eleves/2042/historique")
    years = page.locator(".past tbody.group th")
    expect(years.first).to_be_visible()
    said = years.all_inner_texts()
    assert said == sorted(set(said), reverse=True)
    assert len(said) == 6
    expect(page.get_by_label("Rechercher").first).to_be_hidden()
    titles = page.locator(".past tbody[data-rows] th .called").all()
    assert len(titles) == 14
    assert all(title.is_visible() for title in titles)
    assert titles[0].evaluate("e => parseFloat(getComputedStyle(e).fontSize)") >= 16
    page.get_by_text("Recherche, tri").tap()
    page.get_by_label("Rechercher").first.fill("piano")
    expect(page.locator("[id^=open-past-]")).to_have_count(6)


def test_plus_leads_to_all_that_the_bar_has_no_room_for(enter: Enter) -> None:
    page = enter("aubry.claire", viewport=PHONE).open("/")
    page.get_by_role("button", name="Plus", exact=True).click()
    links = page.get_by_role("navigation", name="Suite du menu").get_by_role("link").filter(visible=True)
    expect(links).to_have_text(
        ["Agenda", "Papiers", "Courriers", "Données", "Connexions", "Aide", "Installer", "Accessibilité", "Mot de passe", "Affichage"]
    )  # fmt: skip
    for href in [each.get_attribute("href") or "" for each in links.all()]:
        assert page.request.get(href.partition("#")[0]).ok, href


def a_day_without_a_lesson(portal: Server) -> date:
    lessons = portal.rows(
        "SELECT l.day FROM lesson l JOIN enrolment e ON e.course_id = l.course_id JOIN pupil p ON p.id = e.pupil_id "
        "WHERE p.number = 2042 AND p.site_id = 1"
    )
    held = {str(day) for (day,) in lessons}
    today = date.fromisoformat(portal.value("SELECT date(today())"))
    return next(day for day in (today + timedelta(days=away) for away in range(2, 30)) if str(day) not in held)


def test_several_lessons_are_announced_at_once_and_a_day_without_one_is_asked_about(
    enter: Enter, portal: Server
) -> None:
    page = enter("aubry.claire", bypass_csp=True, viewport=PHONE, has_touch=True).open("/eleves/2042/absences")
    coming = page.locator(".to-tick input[name^=lesson-]")
    for at in (0, 1):
        coming.nth(at).locator("xpath=ancestor::label").tap()
        expect(coming.nth(at)).to_be_checked()
    page.get_by_text("Maladie", exact=True).tap()
    clean(page)
    page.get_by_role("button", name="Envoyer", exact=True).tap()
    expect(page.get_by_role("dialog")).to_contain_text("Les absences ont été annoncées au conservatoire.")
    page.get_by_role("dialog").get_by_role("button", name="OK").tap()
    expect(page.locator(".notices li").filter(has_text="En attente")).to_have_count(2)
    page.get_by_text("D’autres jours").tap()
    page.get_by_label("Premier jour").fill(a_day_without_a_lesson(portal).strftime("%d/%m/%Y"))
    page.get_by_text("Maladie", exact=True).tap()
    send = page.get_by_role("button", name="Envoyer", exact=True)
    send.tap()
    expect(page.get_by_text("Aucun cours d’Irina n’est prévu ce jour-là.")).to_be_visible()
    expect(page.get_by_label("Premier jour")).to_be_focused()
    send.tap()
    expect(page.get_by_role("dialog")).to_contain_text("L’absence a été annoncée au conservatoire.")


def test_each_discipline_is_one_row_with_its_box_on_the_left_and_each_paper_has_its_own_buttons(enter: Enter) -> None:
    page = enter("aubry.claire", viewport=PHONE, has_touch=True).open("/eleves/2043/reinscription")
    row = page.locator(".reenrolment tr", has_text="Éveil musical")
    box = row.get_by_role("checkbox")
    expect(box).not_to_be_checked()
    assert place(box)[0] < place(row.get_by_role("rowheader"))[0]
    row.tap()  # anywhere on it
    expect(box).to_be_checked()
    sent = page.locator(".sums-up")
    expect(sent.get_by_role("heading", name="Ce que vous envoyez")).to_be_visible()
    expect(sent).to_contain_text("Éveil musical")
    expect(sent.locator(".fault")).to_contain_text("Justificatif d’adresse")
    expect(page.get_by_role("navigation", name="Étapes de la réinscription").get_by_role("listitem")).to_have_count(3)
    for name in ("Photo d’identité", "Attestation d’assurance"):
        paper = page.locator(".documents tr", has_text=name)
        expect(paper.get_by_text("Ajouter", exact=False).first).to_be_visible()
        expect(paper.get_by_text("Prendre en photo").first).to_be_visible()
