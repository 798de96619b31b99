"""Letters that tell families how to come in: one page each, as many as asked in one PDF. Never a password.

Three thousand are written by a process of their own (`python -m data.pdf.access_letters IN OUT`), some hundreds at a time,
so that neither the portal's loop nor its memory feels them.
"""

import io
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from functools import partial
from pathlib import Path

import pikepdf
from fpdf import FPDF

from data.core import formats
from data.core.i18n import Language, language, say
from data.pdf.certificates import QR, draw_squares, squares_of
from data.pdf.page import LEFT, RIGHT, WIDTH, House, Sheet
from data.pdf.text import ACCENT, SOFT, Look

PART = 250  # letters held in memory at once
ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class AccessLetter:
    """To whom, and the identifier. Without an e-mail, a lost password cannot be sent: the letter says what to do."""

    name: str
    address: tuple[str, ...]
    family: int
    login: str
    has_email: bool
    tongue: Language = "fr"


@dataclass(frozen=True)
class Portal:
    """Whose letters they are, and where the portal is."""

    house: House
    address: str
    day: date


def write(portal: Portal, letters: Sequence[AccessLetter]) -> bytes:
    """The letters, in their order, as one PDF. A few only: it takes 15 ms a letter."""
    squares = squares_of(portal.address)
    sheets = [_composed(portal, letter, squares) for letter in letters]
    whole = sheets[0]
    for sheet in sheets:
        sheet.close()
    whole.pages = [page for sheet in sheets for page in sheet.pages]
    return whole.draw()


def _composed(portal: Portal, letter: AccessLetter, squares: tuple[tuple[int, ...], ...]) -> Sheet:
    tongue = letter.tongue
    sheet = Sheet(portal.house, say("Votre accès au portail", tongue), portal.day, tongue)
    sheet.letterhead()
    facts = [
        (say("Famille", tongue), say("n° {number}", tongue, number=letter.family)),
        (say("Date", tongue), formats.long_day(portal.day, tongue)),
    ]
    sheet.addressed(letter.name, letter.address, facts)
    sheet.y = max(sheet.y, 96)
    sheet.headline()
    body = Look(10.5)
    sheet.y += 3
    sheet.flow(say("Bonjour {name},", tongue, name=letter.name), body)
    sheet.y += 2
    sheet.flow(
        say(
            "Le portail du conservatoire vous est ouvert. Vous y suivez les cours, corrigez vos coordonnées, "
            "demandez la réinscription et retrouvez vos factures.",
            tongue,
        ),
        body,
    )
    sheet.y += 7
    top = sheet.y
    x = LEFT
    if squares:
        sheet.pages[-1].append(partial(_draw_at, squares, LEFT, top))
        x += QR + 9
    _shown(sheet, say("Adresse du portail", tongue), portal.address, x, top)
    _shown(sheet, say("Votre identifiant", tongue), letter.login, x, top + 15)
    sheet.y = top + QR + 8
    sheet.flow(say("Pour vous connecter la première fois", tongue), Look(12, True, ACCENT))
    sheet.y += 2
    for number, step in enumerate(_steps(letter), 1):
        sheet.line(f"{number}.", LEFT, sheet.y, 8, Look(10.5, True, ACCENT))
        sheet.flow(step, body, LEFT + 8, WIDTH - 8)
        sheet.y += 1.6
    sheet.y += 4
    sheet.flow(
        say("Cette lettre ne contient aucun mot de passe. Nous ne vous le demanderons jamais.", tongue),
        Look(9.5, ink=SOFT),
    )
    return sheet


def _steps(letter: AccessLetter) -> list[str]:
    tongue = letter.tongue
    steps = [
        say("Ouvrez l’adresse ci-dessus, ou lisez le code avec votre téléphone.", tongue),
        say("Choisissez « Mot de passe perdu », puis écrivez votre identifiant et votre adresse e-mail.", tongue),
        say(
            "Un mot de passe provisoire vous arrive par e-mail ; vous en choisissez un autre en vous connectant.",
            tongue,
        ),
    ]
    if not letter.has_email:
        steps.insert(
            0,
            say(
                "Donnez-nous d’abord votre adresse e-mail, à l’accueil ou par téléphone : "
                "nous n’en avons pas encore dans votre fiche.",
                tongue,
            ),
        )
    return steps


def _shown(sheet: Sheet, label: str, value: str, x: float, y: float) -> None:
    y = sheet.put(label, x, y, RIGHT - x, Look(9, ink=SOFT), 1)
    look = next((look for look in (Look(15, True), Look(12, True)) if len(value) * look.size < 1100), Look(9, True))
    sheet.put(value, x, y + 0.6, RIGHT - x, look, 2)


def _draw_at(squares: tuple[tuple[int, ...], ...], left: float, top: float, pdf: FPDF) -> None:
    draw_squares(squares, left, top, pdf)


# Many at once, in a process of their own


def write_many(portal: Portal, letters: Sequence[AccessLetter], folder: Path, told: Callable[[int], None]) -> bytes:
    """The same PDF by another process, which works at low priority; `told` hears how many are written."""
    asked, made = folder / "letters.json", folder / "letters.pdf"
    content = {
        "house": asdict(portal.house),
        "address": portal.address,
        "day": portal.day.isoformat(),
        "letters": [asdict(letter) for letter in letters],
    }
    with os.fdopen(os.open(asked, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        json.dump(content, file)
    command = [sys.executable, "-m", "data.pdf.access_letters", str(asked), str(made)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603
        for line in process.stdout or ():
            told(int(line))
    if process.returncode:
        raise RuntimeError(f"the letters were not written: {process.returncode}")
    return made.read_bytes()


def _parts(letters: Sequence[AccessLetter]) -> Iterator[Sequence[AccessLetter]]:
    for at in range(0, len(letters), PART):
        yield letters[at : at + PART]


def _main(asked: Path, made: Path) -> None:
    """Write parts, then one PDF of them all: each part's memory is given back before the next."""
    os.nice(10)
    content = json.loads(asked.read_text(encoding="utf-8"))
    portal = Portal(House(**content["house"]), content["address"], date.fromisoformat(content["day"]))
    letters = [
        AccessLetter(**{**each, "address": tuple(each["address"]), "tongue": language(each["tongue"])})
        for each in content["letters"]
    ]
    files, done = list[Path](), 0
    for number, part in enumerate(_parts(letters)):
        files.append(made.with_suffix(f".{number}"))
        files[-1].write_bytes(write(portal, part))
        done += len(part)
        print(done, flush=True)
    with pikepdf.open(files[0]) as whole:
        for file in files[1:]:
            with pikepdf.open(file) as part_of_it:
                whole.pages.extend(part_of_it.pages)
        out = io.BytesIO()
        whole.save(out, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    made.write_bytes(out.getvalue())


if __name__ == "__main__":
    _main(Path(sys.argv[1]), Path(sys.argv[2]))
