"""Three more engines of accessibility, which package-lock.json pins: IBM Equal Access, Siteimprove Alfa and the Nu validator.

Each knows its false alarms, with the reason why they are none. What they only ask a person about is no fault.
"""

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.server import ROOT

MODULES = ROOT / "node_modules"
ALFA = ("@siteimprove/alfa-dom/dist/native.js", "@siteimprove/alfa-device/dist/native.js")
VALIDATOR = MODULES / "vnu-jar/build/dist/vnu.jar"
# What it only asks a person about (POTENTIAL, MANUAL) is left, and what stands in a closed part of the page: nobody meets it there.
RUN_IBM = """() => new ace.Checker().check(document, ['WCAG_2_2']).then(report => report.results
  .filter(each => each.value[1] === 'FAIL')
  .filter(each => { const e = document.evaluate(each.path.dom, document, null, 9).singleNodeValue; return !e || e.checkVisibility(); })
  .map(each => `${each.ruleId} ${each.reasonId}: ${each.message} ${each.snippet.slice(0, 150)}`))"""
SETTLED = "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"  # boxes are where they will stay
NO_MODULES = "The audit's engines are missing: make lint installs them (npm ci)"
NO_JAVA = "The Nu validator needs Java: apt-get install --no-install-recommends default-jre-headless"

NOT_FAULTS_IBM = {
    "aria_form_label_unique|aria_landmark_name_unique.*<form ": "a form without a name is no landmark (HTML-AAM), so two of them are not mixed up",
    "table_caption_empty|aria_accessiblename_exists.*class=.bare": "its words are .unseen: read, though clipped",
    "label_content_exists.*<label": "the box is named by aria-label, or by words that are .unseen; the label around it is only where one may press",
    "aria_content_in_landmark.*class=.skip": "a skip link comes before every landmark",
    "table_headers_exists.*class=.stack": "on a phone a row is a card: each cell bears its heading (data-l), the row of headings is hidden",
    "target_spacing_sufficient.*class=.term": "a word explained within a sentence is an inline target (WCAG 2.5.8, exception)",
}
NOT_FAULTS_ALFA = {
    "sia-r56 <nav class=.menu.*class=.tabbar": "the menu or the bar below it: each width shows one; the engine misses :has()",
    "sia-r113 ": "the engine's boxes are of several moments of a long page; `SMALL` holds every target to 44 px, those in a sentence to 24",
    "sia-r79 ": "the text part of a letter is set as it was written; it is no code",
}
NOT_FAULTS_NU = {
    "autocomplete. is only allowed": "on a box to tick: Firefox alone reads it, and would tick again after a reload what the server no longer knows",
    "^[0-9]+: info ": "advice: a section that is named by aria-label wants no heading",
}


def script(path: str) -> str:
    found = MODULES / path
    if not found.is_file():
        pytest.fail(NO_MODULES)
    return found.read_text(encoding="utf-8")


def left(found: list[str], known: dict[str, str]) -> list[str]:
    """Without the false alarms."""
    return [each for each in found if not any(re.search(pattern, each) for pattern in known)]


def ibm(page: Page) -> list[str]:
    page.evaluate(SETTLED)
    if not page.evaluate("'ace' in window"):
        page.add_script_tag(content=script("accessibility-checker-engine/ace-window.js"))
    return left(page.evaluate(RUN_IBM), NOT_FAULTS_IBM)


class Alfa:
    """Its rules run in node; the page is told by its own scripts."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self.process = process
        document, device = (script(each).replace("export var Native", "var Native") for each in ALFA)
        self.tell = (
            f"async () => {{ const document = (() => {{ {document}\nreturn Native; }})(), device = (() => {{ {device}\nreturn Native; }})();"
            " return {document: await document.fromNode(), device: device.fromWindow()}; }"
        )

    def faults(self, page: Page) -> list[str]:
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.write(json.dumps(page.evaluate(self.tell)) + "\n")
        self.process.stdin.flush()
        return left(json.loads(self.process.stdout.readline()), NOT_FAULTS_ALFA)


@contextmanager
def alfa() -> Iterator[Alfa]:
    command = [str(Path(sys.executable).with_name("node")), str(ROOT / "tests/browser/alfa.mjs")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        yield Alfa(process)
        assert process.stdin
        process.stdin.close()


def nu(folder: Path) -> list[str]:
    """Of all the pages kept there at once: Java takes seconds to begin."""
    if not shutil.which("java"):
        pytest.fail(NO_JAVA)
    if not VALIDATOR.is_file():
        pytest.fail(NO_MODULES)
    pages = sorted(map(str, folder.glob("*.html")))
    reported = subprocess.run(
        ["java", "-jar", str(VALIDATOR), "--format", "json", "--exit-zero-always", "--stdout", *pages],
        capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    found = [
        f"{Path(each['url']).stem}: {each['type']} {each['message']} {' '.join(each.get('extract', '').split())}"
        for each in json.loads(reported)["messages"]
    ]
    return left(found, NOT_FAULTS_NU)
