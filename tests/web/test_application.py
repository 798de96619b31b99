"""The portal beside other applications: its manifest, icons and shortcuts, and where passwords are changed."""

import io
from collections.abc import Callable

from PIL import Image

from tests.web.http_client import Person

Come = Callable[..., Person]


def test_every_page_of_a_site_leads_to_its_manifest_and_icons_of_the_named_sizes(claire: Person) -> None:
    links = {str(link["rel"][0]): str(link["href"]) for link in claire.soup("/aide").select("head link[rel]")}
    answer = claire.get(links["manifest"])
    assert answer.headers["content-type"] == "application/manifest+json"
    manifest = answer.json()
    assert (manifest["name"], manifest["short_name"]) == ("Conservatoire de Valmont", "Valmont")
    assert (manifest["start_url"], manifest["scope"], manifest["display"]) == ("/", "/", "standalone")
    for drawn in manifest["icons"]:
        with Image.open(io.BytesIO(claire.get(drawn["src"]).content)) as picture:
            assert f"{picture.width}x{picture.height}" == drawn["sizes"]
    assert {each["purpose"] for each in manifest["icons"]} == {"any", "maskable"}
    with Image.open(io.BytesIO(claire.get(links["apple-touch-icon"]).content)) as picture:
        assert picture.size == (180, 180)
    assert claire.get(links["apple-touch-icon"].replace("/application/1/", "/application/1/0")).status_code == 404
    english = claire.get(links["manifest"].replace("/fr.", "/en.")).json()
    assert [each["name"] for each in english["shortcuts"]] == ["Calendar", "Absences", "Billing", "Re-enrolment"]


def test_every_shortcut_leads_somewhere_and_asks_whose_where_there_are_several(come: Come) -> None:
    person = come("aubry.claire")
    for shortcut in person.get("/application/1/fr.webmanifest").json()["shortcuts"]:
        assert person.get(shortcut["url"], follow_redirects=True).status_code == 200, shortcut
    assert "Choisissez un élève" in person.text("/absences")
    alone = come("belkacem.samir").get("/absences")
    assert alone.headers["location"].endswith("/absences")


def test_a_password_manager_finds_where_a_password_is_changed(come: Come) -> None:
    stranger = come()
    assert stranger.get("/.well-known/change-password").headers["location"] == "/mot-de-passe"
    assert stranger.get("/.well-known/resource-that-should-not-exist").status_code == 404
