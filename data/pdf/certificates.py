"""Certificates of enrolment and of payment: one page, composed like the programme of a concert."""

from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Literal

import segno
from fpdf import FPDF
from segno.encoder import DataOverflowError

from data.core import formats
from data.core.i18n import Language, _, translate
from data.pdf.page import BOTTOM, LEFT, RIGHT, TOP, WIDTH, Letterhead, PageCanvas
from data.pdf.structure import ROW
from data.pdf.text import ACCENT, INK, SOFT, TINY, Look, clean, few, lines_of, width_of, wrap

Squares = tuple[tuple[int, ...], ...]
QR, QUIET = 29.0, 5.6  # its side and the white around it (four modules of the smallest code), in millimetres
# Size of the words, air between them: a short programme breathes, a long one is set closer so that it keeps to its page.
SCALES = (
    (1.0, 1.4),
    (1.0, 1.2),
    (1.0, 1.0),
    (0.95, 0.75),
    (0.9, 0.55),
    (0.85, 0.4),
    (0.75, 0.3),
    (0.65, 0.25),
    (0.55, 0.2),
)
MAX_ENTRY_LINES = 5  # lines of an entry: no course has a longer name


@dataclass(frozen=True)
class Certificate:
    """What is attested, and the public address that checks it."""

    letterhead: Letterhead
    kind: Literal["enrolment", "payment"]
    code: str
    address: str
    pupil: str
    birth_date: date | None
    dossier: int
    school_year: str
    lines: tuple[tuple[str, str], ...]
    issued: date
    place: str
    signatory: str
    language: Language
    amount: str = ""  # of a payment: what came in, and from whom
    payer: str = ""


@dataclass(frozen=True)
class Sentences:
    """All that a certificate says, beside its lines: on paper and on its page."""

    title: str
    year: str
    attests: str
    known: str
    follows: str
    made: str
    check: str


def sentences(paper: Certificate) -> Sentences:
    language, enrolment = paper.language, paper.kind == "enrolment"
    known = [translate("Dossier n° {number}", language, number=paper.dossier)]
    if paper.birth_date:
        known.insert(0, translate("Date de naissance : {day}", language, day=formats.day(paper.birth_date)))
    made = {"place": paper.place, "day": formats.long_day(paper.issued, language)}
    return Sentences(
        translate(_("Attestation d’inscription") if enrolment else _("Attestation de paiement"), language),
        translate("Année scolaire {year}", language, year=paper.school_year) if paper.school_year.strip() else "",
        translate(_("Nous attestons que") if enrolment else _("Nous attestons avoir reçu pour"), language),
        " · ".join(known),
        translate(_attested(paper), language, amount=paper.amount, payer=paper.payer),
        translate("Fait à {place}, le {day}", language, **made)
        if paper.place.strip()
        else translate("Fait le {day}", language, day=made["day"]),
        translate(
            "Vérifiez cette attestation sur {address} avec le code {code}.",
            language,
            address=paper.address,
            code=paper.code,
        ),
    )


def certificate(paper: Certificate) -> bytes:
    """The certificate, on one page."""
    squares = squares_of(paper.address)
    for scale, air in SCALES:
        canvas = _composed(paper, squares, scale, air)
        if len(canvas.pages) == 1:
            break
    return canvas.render()


def _composed(paper: Certificate, squares: Squares, scale: float, air: float) -> PageCanvas:
    said = sentences(paper)
    canvas = PageCanvas(paper.letterhead, said.title, paper.issued, paper.language)
    proof = _proof(canvas, paper, said.check, squares)
    canvas.bottom, last, canvas.tree.kids = proof - 4, canvas.tree.kids, []

    centre = partial(canvas.flow, align="C")
    side = 16 * scale
    canvas.mark(LEFT + WIDTH / 2, TOP, side, centred=True)
    canvas.y = TOP + side + 4
    centre(paper.letterhead.name, Look(13 * scale, True, ACCENT))
    centre(
        " · ".join([*lines_of(paper.letterhead.address), paper.letterhead.phone]).strip(" ·"),
        Look(8.5 * scale, ink=SOFT),
    )
    canvas.y += 7 * air
    _staff(canvas)
    canvas.y += 13 * air
    with canvas.tag("H1"):
        centre(said.title, Look(27 * scale, True, ACCENT))
    if said.year:
        centre(said.year, Look(12 * scale, ink=SOFT))
    canvas.y += 11 * air

    centre(said.attests, Look(11 * scale))
    canvas.y += 3 * air
    centre(paper.pupil, Look(20 * scale, True, INK))
    centre(said.known, Look(9.5 * scale, ink=SOFT))
    canvas.y += 3 * air
    centre(said.follows, Look(11 * scale))
    canvas.y += 7 * air
    with canvas.tag("Table"):
        for label, value in paper.lines:
            _entry(canvas, label, value, scale, air)

    canvas.y += 9 * air
    look = Look(10.5 * scale)
    canvas.need(look.leading * 3)
    canvas.flow(said.made, look, align="R")
    canvas.flow(paper.signatory, Look(10.5 * scale, True), align="R")
    canvas.tree.kids += last  # how to check it is read last
    return canvas


def _attested(paper: Certificate) -> str:
    """What is said under the pupil's name."""
    if paper.kind == "payment":
        return _("la somme de {amount}, réglée par {payer} :") if paper.payer else _("la somme de {amount} :")
    return _("suit les cours suivants :") if paper.lines else _("est élève du conservatoire.")


def _staff(canvas: PageCanvas) -> None:
    """Five lines over the width, closed by a final bar."""
    step = 1.7
    for line in range(5):
        canvas.rule(LEFT, canvas.y + line * step, RIGHT, canvas.y + line * step, "#b9b09b", 0.18)
    top, bottom = canvas.y - 0.09, canvas.y + 4 * step + 0.09
    canvas.rule(LEFT + 0.09, top, LEFT + 0.09, bottom, "#b9b09b", 0.18)
    canvas.rule(RIGHT - 2, top, RIGHT - 2, bottom, ACCENT, 0.25)
    canvas.rule(RIGHT - 0.5, top, RIGHT - 0.5, bottom, ACCENT, 1)
    canvas.y += 4 * step


def _entry(canvas: PageCanvas, label: str, value: str, scale: float, air: float) -> None:
    """A line of the programme: what, a row of points, when or how much."""
    strong, plain = Look(11 * scale, True), Look(11 * scale)
    left, right = LEFT + 12, RIGHT - 12
    whole = right - left
    ends = few(value, whole * 0.48, plain, MAX_ENTRY_LINES)
    taken = max(width_of(line, plain) for line in ends)
    begins = few(label, max(whole * 0.48, min(whole * 0.75, whole - taken - 12)), strong, MAX_ENTRY_LINES)
    with canvas.tag("TR") as read:
        what, when = read.add("TH", ROW), read.add("TD")
    for at in range(max(len(begins), len(ends))):
        canvas.need(strong.leading)
        first = begins[at] if at < len(begins) else ""
        last = ends[at] if at < len(ends) else ""
        with canvas.within(what):
            canvas.line(first, left, canvas.y, whole, strong)
        with canvas.within(when):
            canvas.line(last, left, canvas.y, whole, plain, "R")
        if at == len(begins) - 1 and ends[0] and at < len(ends):
            _points(
                canvas, left + width_of(first, strong) + 2, right - width_of(last, plain) - 2, strong.leading * 0.72
            )
        canvas.y += strong.leading
    canvas.y += 2.2 * air


def _points(canvas: PageCanvas, left: float, right: float, below: float) -> None:
    """Drawn, not written: a reader of the text does not hear a hundred points. All rows keep one grid."""
    step = 1.8
    places = [LEFT + step * n for n in range(int(WIDTH / step)) if left <= LEFT + step * n <= right]
    canvas.adorn(partial(_draw_points, places, canvas.y + below))


def _draw_points(places: list[float], y: float, pdf: FPDF) -> None:
    pdf.set_fill_color(SOFT)
    for x in places:
        pdf.rect(x, y, 0.28, 0.28, style="F")


def _proof(canvas: PageCanvas, paper: Certificate, words: str, squares: Squares) -> float:
    """At the foot, how to check the certificate; answers where that begins."""
    top = BOTTOM - len(canvas.foot) * TINY.leading - 2 - QUIET - QR
    canvas.rule(LEFT, top - QUIET, RIGHT, top - QUIET)
    x = LEFT
    if squares:
        draw_address(canvas, squares, paper.address, top)
        x += QR + 7
    room, width, code = QR - 11, RIGHT - x, Look(15, True, ACCENT)
    look = next((look for look in (Look(9.5), Look(8), Look(6.5), Look(5))
                 if len(wrap(words, width, look)) * look.leading <= room), Look(4))  # fmt: skip
    y = canvas.put(words, x, top + 1, width, look, int(room / look.leading)) + 1.5
    canvas.put(paper.code, x, y, width, code, 1)
    return top - QUIET


def squares_of(address: str) -> Squares:
    """The modules of the address's QR code; none for an address that no code can hold."""
    if not clean(address).strip():
        return ()
    try:
        return tuple(tuple(row) for row in segno.make_qr(address, error="m").matrix)
    except (DataOverflowError, UnicodeEncodeError):
        return ()


def draw_address(canvas: PageCanvas, squares: Squares, address: str, top: float) -> None:
    draw_code(canvas, squares, translate("Code QR qui mène à {address}", canvas.language, address=address), top)


def draw_code(canvas: PageCanvas, squares: Squares, alt: str, top: float) -> None:
    """The QR code at the left, and its alternative in words."""
    canvas.figure(partial(draw_squares, squares, LEFT, top), alt, (LEFT, top, QR, QR))


def draw_squares(squares: Squares, left: float, top: float, pdf: FPDF) -> None:
    """Dark runs as rectangles. The white around them is the page's own: its margin at the left."""
    unit = QR / len(squares)
    pdf.set_fill_color("#000000")
    for row, modules in enumerate(squares):
        start = 0
        while start < len(modules):
            end = start
            while end < len(modules) and modules[end]:
                end += 1
            if end > start:
                pdf.rect(left + start * unit, top + row * unit, (end - start) * unit, unit, style="F")
            start = max(end, start + 1)
