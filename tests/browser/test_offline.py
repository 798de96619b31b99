"""Pages kept on a device: chosen, read without network behind the device's lock, gone after signing out (R-27)."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Enter, Window
from tests.browser.test_dossier import PHONE, clean

CHOICE = "/mot-de-passe/hors-ligne"


def with_lock(window: Window, page: Page) -> None:
    """The device has a lock of its own, which gives keys (WebAuthn's PRF)."""
    session = window.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    lock = {"protocol": "ctap2", "ctap2Version": "ctap2_1", "transport": "internal", "hasPrf": True}
    has = {"hasResidentKey": True, "hasUserVerification": True, "isUserVerified": True}
    session.send("WebAuthn.addVirtualAuthenticator", {"options": {**lock, **has}})


def keep(page: Page) -> None:
    page.get_by_role("button", name="Garder mes dernières pages").click()
    expect(page.get_by_text("C’est fait : cet appareil garde")).to_be_visible()
    expect(page.get_by_text("La copie est prête")).to_be_visible()


def kept(page: Page) -> object:
    """How many workers, files and rows the browser has of this site."""
    return page.evaluate("""async () => {
        const rows = !(await indexedDB.databases()).length ? 0 : await new Promise((done) => {
            const asked = indexedDB.open("pages-gardees", 1);
            asked.onupgradeneeded = () => asked.result.createObjectStore("table");
            asked.onsuccess = () => {
                const counted = asked.result.transaction("table").objectStore("table").count();
                counted.onsuccess = () => { asked.result.close(); done(counted.result); };
            };
        });
        return [(await navigator.serviceWorker.getRegistrations()).length, (await caches.keys()).length, rows];
    }""")


@pytest.mark.parametrize("lock", [True, False])
def test_kept_pages_are_read_without_network_and_nothing_is_left_after_signing_out(enter: Enter, lock: bool) -> None:
    window = enter("aubry.claire", bypass_csp=not lock, viewport=PHONE)
    here = window.portal.url.replace("127.0.0.1", "localhost")  # a lock gives no key to an address of figures
    window.context.add_cookies(
        [{"name": each["name"], "value": each["value"], "url": here} for each in window.context.cookies()]
    )
    page = window.open(f"{here}/mot-de-passe")
    assert kept(page) == [0, 0, 0]
    if lock:
        with_lock(window, page)
    page.goto(here + CHOICE)
    expect(page.get_by_role("checkbox", name="verrou de cet appareil")).to_be_visible(visible=lock)
    if not lock:
        expect(page.get_by_text("quiconque le déverrouille peut la lire")).to_be_visible()
        clean(page)
    keep(page)
    window.context.set_offline(True)
    page.goto(f"{here}/agenda", wait_until="commit")
    expect(page.get_by_role("heading", name="Hors connexion")).to_be_visible()
    expect(page.get_by_text("cette page n’est pas à jour")).to_be_visible()
    if lock:
        expect(page.locator("#copy")).to_be_empty()
        page.get_by_role("button", name="Déverrouiller mes pages").click()
    expect(page.get_by_text(re.compile("^Vu le .* à "))).to_be_visible()
    expect(page.locator("#copy")).to_contain_text("Irina · Piano 206")
    if not lock:
        clean(page)
    window.context.set_offline(False)
    page.get_by_role("link", name="Réessayer").click()
    expect(page.get_by_role("heading", name="Agenda", exact=True, level=1)).to_be_visible()
    page.get_by_role("button", name="Plus", exact=True).click()
    page.get_by_role("button", name="Déconnexion").click()
    expect(page.get_by_text("Vous êtes déconnecté.")).to_be_visible()
    assert kept(page) == [0, 0, 0]
    window.complaints.clear()  # of the line that was not there


def test_a_copy_that_is_too_old_is_erased(enter: Enter) -> None:
    window = enter("aubry.claire")
    page = window.open(CHOICE)
    keep(page)
    page.evaluate("""() => new Promise((done) => {
        const asked = indexedDB.open("pages-gardees", 1);
        asked.onsuccess = () => {
            const kept = asked.result.transaction("table", "readwrite").objectStore("table"), got = kept.get("copy");
            got.onsuccess = () => kept.put({...got.result, asked: Date.now() - 15 * 86400000}, "copy").onsuccess = () => {
                asked.result.close();
                done();
            };
        };
    })""")
    window.context.set_offline(True)
    page.goto("/", wait_until="commit")
    expect(page.get_by_text("n’ont pas pu être renouvelées depuis 14 jours")).to_be_visible()
    page.reload(wait_until="commit")
    expect(page.get_by_text("Aucune page n’est gardée")).to_be_visible()
    window.context.set_offline(False)
    window.complaints.clear()
