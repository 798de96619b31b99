"""Letters that tell families how to come in: one page each, as many as asked in one PDF. Never a password.

Three thousand are written by a process of their own (`write_many`), some hundreds at a time,
so that neither the portal's loop nor its memory feels them.
"""

import io
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path

import pikepdf

from data.core import formats, workers
from data.core.i18n import Language, as_language, translate
from data.core.workers import Line, Overloaded, Program, Worker
from data.pdf.certificates import QR, draw_address, squares_of
from data.pdf.page import LEFT, RIGHT, WIDTH, Letterhead, PageCanvas
from data.pdf.structure import Node, append
from data.pdf.text import ACCENT, SOFT, Look

PART = 250  # letters held in memory at once
MAX_MEMORY_BYTES = 2 * 1024**3  # 3,000 letters take 360 MiB
SILENCE = 600.0  # seconds: a part takes four, of a whole processor
PROGRAM = Program("data.pdf.access_letters", MAX_MEMORY_BYTES, lower=10)


@dataclass(frozen=True)
class AccessLetter:
    """To whom, and the identifier. Without an e-mail, a lost password cannot be sent: the letter says what to do."""

    name: str
    address: tuple[str, ...]
    family: int
    login: str
    has_email: bool
    language: Language = "fr"


@dataclass(frozen=True)
class Sentences:
    """All that a letter says: on paper and on its page."""

    title: str
    greeting: str
    opening: str
    first_time: str
    steps: tuple[str, ...]
    closing: str


def sentences(letter: AccessLetter) -> Sentences:
    language = letter.language
    return Sentences(
        translate("Votre accès au portail", language),
        formats.greeting(letter.name, language),
        translate(
            "Le portail du conservatoire vous est ouvert. Vous y suivez les cours, corrigez vos coordonnées, "
            "demandez la réinscription et retrouvez vos factures.",
            language,
        ),
        translate("Pour vous connecter la première fois", language),
        tuple(_steps(letter)),
        translate("Cette lettre ne contient aucun mot de passe. Nous ne vous le demanderons jamais.", language),
    )


@dataclass(frozen=True)
class Portal:
    """Whose letters they are, and where the portal is."""

    letterhead: Letterhead
    address: str
    day: date


def write(portal: Portal, letters: Sequence[AccessLetter]) -> bytes:
    """The letters, in their order, as one PDF. A few only: it takes 15 ms a letter."""
    squares = squares_of(portal.address)
    sheets = [_composed(portal, letter, squares) for letter in letters]
    whole = sheets[0]
    for canvas in sheets:
        canvas.close()
        canvas.tree.kind, canvas.tree.lang = "Part", canvas.lang
    whole.tree = Node("Document", kids=[canvas.tree for canvas in sheets])
    whole.pages = [page for canvas in sheets for page in canvas.pages]
    return whole.draw()


def _composed(portal: Portal, letter: AccessLetter, squares: tuple[tuple[int, ...], ...]) -> PageCanvas:
    language, said = letter.language, sentences(letter)
    canvas = PageCanvas(portal.letterhead, said.title, portal.day, language)
    canvas.draw_letterhead()
    facts = [
        (translate("Famille", language), translate("n° {number}", language, number=letter.family)),
        (translate("Date", language), formats.long_day(portal.day, language)),
    ]
    canvas.addressed(letter.name, letter.address, facts)
    canvas.y = max(canvas.y, 96)
    canvas.headline()
    body = Look(10.5)
    canvas.y += 3
    canvas.flow(said.greeting, body)
    canvas.y += 2
    canvas.flow(said.opening, body)
    canvas.y += 7
    top = canvas.y
    x = LEFT
    if squares:
        draw_address(canvas, squares, portal.address, top)
        x += QR + 9
    _shown(canvas, translate("Adresse du portail", language), portal.address, x, top)
    _shown(canvas, translate("Votre identifiant", language), letter.login, x, top + 15)
    canvas.y = top + QR + 8
    with canvas.tag("H2"):
        canvas.flow(said.first_time, Look(12, True, ACCENT))
    canvas.y += 2
    with canvas.tag("L"):
        for number, step in enumerate(said.steps, 1):
            with canvas.tag("LI"):
                with canvas.tag("Lbl"):
                    canvas.line(f"{number}.", LEFT, canvas.y, 8, Look(10.5, True, ACCENT))
                with canvas.tag("LBody"):
                    canvas.flow(step, body, LEFT + 8, WIDTH - 8)
            canvas.y += 1.6
    canvas.y += 4
    canvas.flow(said.closing, Look(9.5, ink=SOFT))
    return canvas


def _steps(letter: AccessLetter) -> list[str]:
    language = letter.language
    steps = [
        translate("Ouvrez l’adresse ci-dessus, ou lisez le code avec votre téléphone.", language),
        translate(
            "Choisissez « Mot de passe perdu », puis écrivez votre identifiant et votre adresse e-mail.", language
        ),
        translate(
            "Un mot de passe provisoire vous arrive par e-mail ; vous en choisissez un autre en vous connectant.",
            language,
        ),
    ]
    if not letter.has_email:
        steps.insert(
            0,
            translate(
                "Donnez-nous d’abord votre adresse e-mail, à l’accueil ou par téléphone : "
                "nous n’en avons pas encore dans votre fiche.",
                language,
            ),
        )
    return steps


def _shown(canvas: PageCanvas, label: str, value: str, x: float, y: float) -> None:
    y = canvas.put(label, x, y, RIGHT - x, Look(9, ink=SOFT), 1)
    look = next((look for look in (Look(15, True), Look(12, True)) if len(value) * look.size < 1100), Look(9, True))
    canvas.put(value, x, y + 0.6, RIGHT - x, look, 2)


# Many at once, in a process of their own


def write_many(portal: Portal, letters: Sequence[AccessLetter], folder: Path, text: Callable[[int], None]) -> bytes:
    """The same PDF by another process, which works at low priority; `text` hears how many are written."""
    content = {
        "letterhead": asdict(portal.letterhead),
        "address": portal.address,
        "day": portal.day.isoformat(),
        "letters": [asdict(letter) for letter in letters],
        "folder": str(folder),
    }
    with Worker(PROGRAM) as process:
        process.send(json.dumps(content).encode())
        while message := process.hear(SILENCE):
            if message.startswith(b"%PDF"):
                return message
            text(int(message))
    raise Overloaded(f"silent for {SILENCE:.0f} s")


def _parts(letters: Sequence[AccessLetter]) -> Iterator[Sequence[AccessLetter]]:
    for at in range(0, len(letters), PART):
        yield letters[at : at + PART]


def _serve(line: Line) -> None:
    """Write parts, then one PDF of them all: each part's memory is given back before the next."""
    content = json.loads(line.recv_bytes())
    portal = Portal(Letterhead(**content["letterhead"]), content["address"], date.fromisoformat(content["day"]))
    letters = [
        AccessLetter(**{**each, "address": tuple(each["address"]), "language": as_language(each["language"])})
        for each in content["letters"]
    ]
    files, done = list[Path](), 0
    for number, part in enumerate(_parts(letters)):
        files.append(Path(content["folder"]) / f"{number}.pdf")
        files[-1].write_bytes(write(portal, part))
        done += len(part)
        line.send_bytes(str(done).encode())
    with pikepdf.open(files[0]) as whole:
        for file in files[1:]:
            with pikepdf.open(file) as part_of_it:
                append(whole, part_of_it)
        out = io.BytesIO()
        whole.save(out, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    line.send_bytes(out.getvalue())


if __name__ == "__main__":
    _serve(workers.opened())
