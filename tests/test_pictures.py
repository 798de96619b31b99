"""The kept pictures are those of the screens that are registered, none is missing, none too heavy. `make screens` makes them."""

from PIL import Image

from components.layout import glossary
from pages.anyone.help_chapters import CHAPTERS, STAFF_CHAPTERS
from tests.browser.screens import MORE, can_be_filled, registered
from tests.pictures import help as guide
from tests.pictures import screens

AGAIN = "run: make screens"


def test_every_screen_has_its_pictures_and_every_picture_is_in_the_page_to_leaf_through() -> None:
    page = (screens.PICTURES / "README.md").read_text(encoding="utf-8")
    stored = sorted(path.name for path in screens.PICTURES.glob("*.webp"))
    assert sorted(screens.IMAGE.findall(page)) == stored, AGAIN
    shown = set(screens.PATTERN.findall(page))
    there = {path for path, _ in registered()}
    wanted = {path for path in there if can_be_filled(path)} - set(screens.NOT_IN_THE_DEMONSTRATION)
    assert wanted - shown == set(), AGAIN
    assert shown - there - {path for _, path in MORE} == set(), AGAIN
    assert set(screens.STATES) <= {name.rsplit("-", 1)[0] for name in stored}, AGAIN


def test_pictures_are_light() -> None:
    sizes = {path.name: path.stat().st_size for path in screens.PICTURES.glob("*.webp")}
    assert max(sizes.values()) <= screens.MAX_BYTES
    assert sum(sizes.values()) <= screens.MAX_BYTES_IN_ALL


def test_help_has_the_pictures_of_its_chapters_in_both_languages() -> None:
    named = {chapter[3] for chapter in (*CHAPTERS, *STAFF_CHAPTERS)} - {""}
    assert named == set(guide.SHOTS)
    stored = {path.name: path for path in guide.PICTURES.glob("*.webp")}
    assert set(stored) == set(guide.expected()), AGAIN
    for path in stored.values():
        assert path.stat().st_size <= guide.MAX_BYTES
        with Image.open(path) as picture:
            assert picture.format == "WEBP"
            assert 300 <= picture.width <= guide.WIDTH


def test_every_chapter_has_an_anchor_of_its_own_and_every_word_a_meaning() -> None:
    anchors = [chapter[0] for chapter in (*CHAPTERS, *STAFF_CHAPTERS)]
    assert len(anchors) == len(set(anchors))
    assert set(glossary.BY_LABEL.values()) == set(glossary.TERMS)
