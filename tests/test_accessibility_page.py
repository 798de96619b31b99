"""docs/accessibility.md goes through every criterion of the RGAA and names only tests that exist."""

import re

from tests.test_architecture import ROOT

CRITERIA = {1: 9, 2: 2, 3: 3, 4: 13, 5: 8, 6: 2, 7: 5, 8: 10, 9: 4, 10: 14, 11: 13, 12: 11, 13: 12}


def test_every_criterion_is_listed_and_every_test_named_there_exists() -> None:
    page = (ROOT / "docs" / "accessibility.md").read_text(encoding="utf-8")
    shown = re.findall(r"^\| (\d+\.\d+) \| [^|]+ \| [✔~–] \|", page, re.MULTILINE)
    assert shown == [f"{theme}.{number + 1}" for theme, count in CRITERIA.items() for number in range(count)]
    assert len(shown) == 106
    files = (path.read_text(encoding="utf-8") for path in (ROOT / "tests").rglob("*.py"))
    written = {name for text in files for name in re.findall(r"def (test_\w+)", text)}
    assert set(re.findall(r"`(test_\w+)`", page)) - written == set()
