"""On paper: a bill, an account and a dossier's record, on A4, without menus; lists stay tables. The site's colour on every page."""

import io

from playwright.sync_api import Page
from pypdf import PdfReader

from tests.browser.conftest import Enter
from tests.server import Server


def printed(page: Page) -> tuple[int, str]:
    """(pages, words) of what comes out."""
    reader = PdfReader(io.BytesIO(page.pdf(prefer_css_page_size=True)))
    size = reader.pages[0].mediabox
    assert (round(float(size.width) / 72 * 25.4), round(float(size.height) / 72 * 25.4)) == (210, 297)
    return len(reader.pages), " ".join(" ".join(each.extract_text() for each in reader.pages).split())


def test_bills_accounts_and_records_print_on_one_page_without_what_is_pressed(enter: Enter, portal: Server) -> None:
    number = portal.value("SELECT number FROM invoice WHERE family_id = ? ORDER BY id", portal.account("aubry.claire")["family_id"])  # fmt: skip
    window = enter("aubry.claire", color_scheme="dark")
    for path, wanted in (
        (
            f"/facturation/factures/{number}/lire",
            ("Conservatoire de Valmont", "Total à régler", "Désignation", "Prix unitaire"),
        ),
        ("/facturation/cotisations", ("Numéro d’opération", "Montant total facturé")),
        ("/famille", ("Coordonnées", "claire.aubry@example.org")),
        ("/eleves/2042/historique", ("FM 205", "Moyenne /20")),
    ):
        page = window.open(path)
        pages, expected = printed(page)
        assert pages == 1, path
        for each in wanted:
            assert each in expected, (path, each)
        for each in ("Déconnexion", "Mentions légales", "Ouvrir le PDF", "Payer en ligne", "Rechercher", "Modifier"):
            assert each not in expected, (path, each)
        page.emulate_media(media="print", color_scheme="dark")
        page.set_viewport_size({"width": 700, "height": 900})
        shown = "e => [getComputedStyle(e).display, getComputedStyle(e).backgroundColor]"
        for cell in page.locator("table.stack td >> visible=true").all()[:1]:
            assert cell.evaluate(shown)[0] == "table-cell"
        assert page.locator(".card").first.evaluate(shown)[1] == "rgb(255, 255, 255)"
        page.close()


def test_public_pages_bear_the_colour_of_the_site_that_is_known(enter: Enter, portal: Server) -> None:
    portal.change("UPDATE site SET accent = '#7a1f3d' WHERE code = 'valmont'")
    window = enter("aubry.claire")
    colour = "getComputedStyle(document.querySelector('a.btn, .btn, main a, a')).getPropertyValue('--accent').trim()"
    for path in ("/aide", "/accessibilite", "/mentions-legales", "/verifier", "/verifier/ZZZZZZZZZZ"):
        assert window.open(path).evaluate(colour) == "#7a1f3d", path
    stranger = enter()
    stranger.context.add_cookies([{"name": "site", "value": "valmont", "url": portal.url}])
    page = stranger.open("/mot-de-passe-perdu")
    assert page.evaluate(colour) == "#7a1f3d"
    assert page.title() == "Mot de passe perdu – Conservatoire de Valmont"
    assert enter().open("/mot-de-passe-perdu").evaluate(colour) == "#17495a"
    window.complaints.clear()  # a code that is nobody's is noted by the browser
