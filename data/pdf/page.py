"""The record of paper that all papers share: the letterhead, the margins, the foot.

A paper is laid out first, page by page, as strokes that wait; fpdf2 draws them at the end, when « page 1/3 » is known.
"""

from base64 import b64decode
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import partial
from html import escape
from io import BytesIO
from itertools import groupby

from fpdf import FPDF
from fpdf.enums import DocumentCompliance
from fpdf.output import OutputProducer
from fpdf.prefs import ViewerPreferences
from fpdf.syntax import PDFObject

from data.core.i18n import Language, translate
from data.pdf import scripts
from data.pdf.structure import GROUPS, ROW, Node, Tree
from data.pdf.text import (  # fmt: skip
    ACCENT,
    ASCENT,
    BODY,
    DESCENT,
    LINE,
    POINT,
    SMALL,
    TINY,
    TITLE,
    Look,
    few,
    line_of,
    lines_of,
    width_of,
    wrap,
)

LEFT, RIGHT, TOP, BOTTOM = 19.0, 191.0, 18.0, 279.0  # millimetres, on A4
WIDTH = RIGHT - LEFT
# Archives ask for a text that can be searched, hence « U »; part 3 is the last that knows this letter.
COMPLIANCE = DocumentCompliance.PDFA_3U
Stroke = Callable[[FPDF], object]
Drawn = tuple[Node | None, Stroke]  # what it belongs to; nothing, when it only adorns


class Producer(OutputProducer):
    """Says the title where most readers look too: fpdf2 leaves that out of what is made for archives, which may have both."""

    def _add_structure_tree(self) -> PDFObject | None:
        tree = super()._add_structure_tree()
        self.fpdf._compliance = None  # it is asked no more, but for that
        return tree


@dataclass(frozen=True)
class Letterhead:
    """The conservatoire whose paper it is."""

    name: str
    address: str  # its lines are parted by a line break or a comma
    phone: str
    email: str
    siret: str = ""
    legal: str = ""
    accent: str = ACCENT
    logo: str = ""  # a PNG, in base 64; without one the portal's own mark stands there


def _write(x: float, baseline: float, words: str, look: Look, pdf: FPDF) -> None:
    """The space that ends a line is not seen; without it, its last word and the next line's first are read as one."""
    pdf.set_text_color(look.ink)
    for family, run in scripts.runs(words + " "):
        style = "B" if look.bold else ""
        if family + style not in pdf.fonts:  # another alphabet's, for this paper
            pdf.add_font(family, style, scripts.face(family, look.bold))
        pdf.set_font(family, style, look.size)
        pdf.text(x, baseline, run)
        x += width_of(run, look)


def _rule(x1: float, y1: float, x2: float, y2: float, ink: str, thick: float, pdf: FPDF) -> None:
    pdf.set_draw_color(ink)
    pdf.set_line_width(thick)
    pdf.line(x1, y1, x2, y2)


def _plate(x: float, y: float, width: float, height: float, ink: str, radius: float, pdf: FPDF) -> None:
    pdf.set_fill_color(ink)
    pdf.rect(x, y, width, height, style="F", round_corners=radius > 0, corner_radius=radius)


def _frame(x: float, y: float, width: float, height: float, ink: str, pdf: FPDF) -> None:
    pdf.set_draw_color(ink)
    pdf.set_line_width(0.45)
    pdf.rect(x, y, width, height, style="D", round_corners=True, corner_radius=1)


def _mark(x: float, y: float, side: float, ground: str, pdf: FPDF) -> None:
    """The portal's mark: five lines, a bar, a note, on teal or on the site's own colour."""
    unit = side / 34
    _plate(x, y, side, side, ground, 8 * unit, pdf)
    for line in (10, 14, 18, 22, 26):
        _rule(x + 5 * unit, y + line * unit, x + 29 * unit, y + line * unit, "#97b2bb", unit, pdf)
    _rule(x + 24 * unit, y + 8 * unit, x + 24 * unit, y + 28 * unit, "#ffffff", 2 * unit, pdf)
    _rule(x + 17.3 * unit, y + 21 * unit, x + 17.3 * unit, y + 10 * unit, "#ffffff", 1.8 * unit, pdf)
    pdf.set_fill_color("#ffffff")
    with pdf.rotation(20, x + 14 * unit, y + 22 * unit):
        pdf.ellipse(x + 10.4 * unit, y + 19.3 * unit, 7.2 * unit, 5.4 * unit, style="F")


def _logo(x: float, y: float, width: float, height: float, content: bytes, pdf: FPDF) -> None:
    pdf.image(BytesIO(content), x, y, width, height, keep_aspect_ratio=True)


def _proportion(png: bytes) -> float:
    """Width by height, as a PNG's first bytes say."""
    width, height = int.from_bytes(png[16:20], "big"), int.from_bytes(png[20:24], "big")
    return width / height if width and height else 1.0


class PageCanvas:
    """A paper being laid out: `y` is where the next line goes."""

    def __init__(self, letterhead: Letterhead, title: str, day: date, language: Language) -> None:
        self.letterhead, self.title, self.day, self.language = letterhead, line_of(title), day, language
        self.logo = b64decode(letterhead.logo)
        self.pages: list[list[Drawn]] = [[]]
        self.tree = Node("Document")
        self.at: Node | None = self.tree  # what is being written
        self.y = TOP
        siret = translate("SIRET {number}", language, number=letterhead.siret) if letterhead.siret else ""
        legal = " · ".join(part for part in (letterhead.name, siret, letterhead.legal) if part)
        self.foot = few(legal, WIDTH - 26, TINY, 3)
        self.bottom = BOTTOM - len(self.foot) * TINY.leading - 5

    @contextmanager
    def within(self, node: Node | None) -> Iterator[None]:
        """What is written here belongs to that node; to none, it is not read out."""
        before, self.at = self.at, node
        yield
        self.at = before

    @contextmanager
    def tag(self, kind: str, attributes: str = "") -> Iterator[Node]:
        """A new element, under the one that is being written."""
        node = (self.at or Node("")).add(kind, attributes)
        with self.within(node if self.at else None):
            yield node

    @contextmanager
    def _paragraph(self) -> Iterator[None]:
        """Words that stand in no element of their own are a paragraph."""
        if self.at and self.at.kind in GROUPS:
            with self.tag("P"):
                yield
        else:
            yield

    def adorn(self, stroke: Stroke) -> None:
        """Lines and marks, which say nothing."""
        self.pages[-1].append((None, stroke))

    def figure(self, stroke: Stroke, alt: str, box: tuple[float, float, float, float]) -> None:
        """A picture that says something; where it stands: left, top, width, height."""
        left, top, width, height = (each / POINT for each in box)
        place = f"{left:.1f} {297 / POINT - top - height:.1f} {left + width:.1f} {297 / POINT - top:.1f}"
        node = self.tree.add("Figure", f"<</O /Layout /Placement /Block /BBox [{place}]>>", alt)
        self.pages[-1].append((node, stroke))

    def rule(self, x1: float, y1: float, x2: float, y2: float, ink: str = LINE, thick: float = 0.2) -> None:
        self.adorn(partial(_rule, x1, y1, x2, y2, self._ink(ink), thick))

    def frame(self, x: float, y: float, width: float, height: float) -> None:
        self.adorn(partial(_frame, x, y, width, height, self.letterhead.accent))

    @property
    def lang(self) -> str:
        return "en-GB" if self.language == "en" else "fr-FR"

    def _ink(self, ink: str) -> str:
        """The site's accent where ours is meant."""
        return self.letterhead.accent if ink == ACCENT else ink

    def mark(self, x: float, y: float, side: float, *, centred: bool = False) -> float:
        """The site's logo at that height, or the portal's mark; answers how wide it is, three times its height at most."""
        width = side * min(3.0, _proportion(self.logo)) if self.logo else side
        x -= width / 2 if centred else 0
        if not self.logo:
            self.adorn(partial(_mark, x, y, side, self.letterhead.accent))
            return width
        self.adorn(partial(_logo, x, y, width, side, self.logo))
        return width

    def line(self, words: str, x: float, y: float, width: float, look: Look, align: str = "L", page: int = -1) -> None:
        """One line whose box begins at y; its width says where its other end is."""
        if words := line_of(words):
            room = width - width_of(words, look)
            x += {"L": 0.0, "C": room / 2, "R": room}[align]
            above = (look.leading - (ASCENT + DESCENT) * look.size * POINT) / 2
            look = look._replace(ink=self._ink(look.ink))
            with self._paragraph():
                baseline = y + above + ASCENT * look.size * POINT
                self.pages[page].append((self.at, partial(_write, x, baseline, words, look)))

    def put(self, words: str, x: float, y: float, width: float, look: Look, most: int = 6) -> float:
        """A few lines at that place, on this page; answers where they end."""
        with self._paragraph():
            for line in few(words, width, look, most):
                self.line(line, x, y, width, look)
                y += look.leading
        return y

    def flow(self, words: str, look: Look = BODY, x: float = LEFT, width: float = WIDTH, align: str = "L") -> None:
        """Lines one under the other, over as many pages as they take."""
        with self._paragraph():
            for line in wrap(words, width, look):
                self.need(look.leading)
                self.line(line, x, self.y, width, look, align)
                self.y += look.leading

    def need(self, height: float) -> None:
        """Turns the page when that height is not left."""
        if self.y + height > self.bottom + 0.01:
            self.turn()

    def turn(self) -> None:
        """A following page, which says briefly whose it is and what."""
        self.pages.append([])
        beside = LEFT + self.mark(LEFT, TOP, 6) + 2.5
        half = WIDTH / 2 - 6
        name, title = (few(each, half, SMALL, 1)[0] for each in (self.letterhead.name, self.title))
        with self.within(None):
            self.line(name, beside, TOP + 1, half, SMALL)
            self.line(title, RIGHT - half, TOP + 1, half, SMALL, "R")
        self.y = TOP + 12

    def draw_letterhead(self) -> None:
        """The mark, the portal's name and how to reach it, at the top left."""
        letterhead = self.letterhead
        beside = LEFT + self.mark(LEFT, TOP, 13) + 4
        room = RIGHT - beside
        y = self.put(letterhead.name, beside, TOP, room, Look(12.5, True, ACCENT), 3)
        reach = " · ".join(part for part in (letterhead.phone, letterhead.email) if part)
        for words in (" · ".join(lines_of(letterhead.address)), reach):
            if words:
                y = self.put(words, beside, y, room, SMALL, 3)
        self.y = max(y, TOP + 13)

    def addressed(self, payer: str, address: Sequence[str], facts: Sequence[tuple[str, str]]) -> None:
        """Facts at the left; at the right the address, where the window of a long envelope shows it."""
        begun = max(50.0, self.y + 6)
        y = self.put(payer, 112, begun, RIGHT - 112, Look(10.5, True), 3)
        y = self.put("\n".join(filter(str.strip, address)), 112, y, RIGHT - 112, Look(10.5), 8)
        self.y = max(y, self.facts(facts, begun, 84), 84) + 8

    def facts(
        self, facts: Sequence[tuple[str, str]], y: float, width: float, label: float = 32, *, left: float = LEFT
    ) -> float:
        """Label and value, one under the other; those without value are left out."""
        with self.tag("Table"):
            for name, value in facts:
                if value:
                    with self.tag("TR"):
                        with self.tag("TH", ROW):
                            first = self.put(name, left, y + 0.35, label - 3, SMALL)
                        with self.tag("TD"):
                            y = max(first, self.put(value, left + label, y, width - label, BODY)) + 0.9
        return y

    def headline(self, stamp: str = "") -> None:
        """The title, with the stamp at its right."""
        look = Look(10.5, True, ACCENT)
        wide = width_of(line_of(stamp), look) + 9 if stamp else 0
        room, begun = WIDTH - (wide + 6 if stamp else 0), self.y
        first, *others = wrap(self.title, room, TITLE)
        with self.tag("H1") as title:
            self.line(first, LEFT, begun, room, TITLE)
        if stamp:
            self.frame(RIGHT - wide, begun + 0.9, wide, 8)
            self.line(stamp, RIGHT - wide, begun + 2.4, wide, look, "C")
        self.y += TITLE.leading
        if others:
            with self.within(title):
                self.flow("\n".join(others), TITLE, width=room)
        self.y += 0.8

    def close(self) -> None:
        """The foot of every page: « page 1/3 » is known now."""
        for at, strokes in enumerate(self.pages):
            y = BOTTOM - len(self.foot) * TINY.leading
            strokes.append((None, partial(_rule, LEFT, y - 2, RIGHT, y - 2, LINE, 0.2)))
            with self.within(self.tree.add("P") if at == 0 else None):  # read out once
                for line in self.foot:
                    self.line(line, LEFT, y, WIDTH, TINY, page=at)
                    y += TINY.leading
            counted = translate("page {page}/{pages}", self.language, page=at + 1, pages=len(self.pages))
            with self.within(None):
                self.line(counted, LEFT, y - TINY.leading, WIDTH, TINY, "R", at)

    def render(self) -> bytes:
        """The paper as PDF; the same paper always gives the same bytes."""
        self.close()
        return self.draw()

    def draw(self) -> bytes:
        """The pages that are laid out and closed."""
        pdf = FPDF(format="A4", enforce_compliance=COMPLIANCE)
        pdf.set_auto_page_break(False)
        for bold in (False, True):
            pdf.add_font(scripts.MAIN, "B" if bold else "", scripts.face(scripts.MAIN, bold))
        pdf.creation_date = datetime(self.day.year, self.day.month, self.day.day, 12, tzinfo=UTC)
        pdf.set_title(self.title)
        pdf.set_author(line_of(self.letterhead.name))
        pdf.set_creator("Anacrouse")
        pdf.set_lang(self.lang)
        pdf.viewer_preferences = ViewerPreferences(display_doc_title=True)
        pdf.set_xmp_metadata(self._metadata(pdf.creation_date))
        pdf.struct_builder = tree = Tree(self.tree)
        for strokes in self.pages:
            pdf.add_page()
            self._draw_page(pdf, tree, strokes)
        tree.prune()
        return bytes(pdf.output(output_producer_class=Producer))

    def _draw_page(self, pdf: FPDF, tree: Tree, strokes: Sequence[Drawn]) -> None:
        """What adorns first, then the rest as it is read, each piece marked as its element's."""
        ordered = sorted(strokes, key=lambda drawn: -1 if drawn[0] is None else tree.order[drawn[0]])
        for node, pieces in groupby(ordered, key=lambda drawn: drawn[0]):
            pdf._out(f"/{node.kind} <</MCID {tree.mark(node, pdf)}>> BDC" if node else "/Artifact BMC")
            for _, stroke in pieces:
                stroke(pdf)
            pdf._out("EMC")

    def _metadata(self, made: datetime) -> str:
        """Written here because fpdf2 would add the hour at which it runs."""
        moment = made.isoformat(timespec="seconds")
        author, lang = escape(line_of(self.letterhead.name)), self.lang
        return (
            '<x:xmpmeta xmlns:x="adobe:ns:meta/" x:xmptk="fpdf2"><rdf:RDF'
            ' xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:dc="http://purl.org/dc/elements/1.1/"'
            ' xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/">'
            f'<rdf:Description rdf:about="" xmp:CreatorTool="Anacrouse" xmp:CreateDate="{moment}"'
            f' xmp:ModifyDate="{moment}" xmp:MetadataDate="{moment}">'
            f"<pdfaid:part>{COMPLIANCE.part}</pdfaid:part>"
            f"<pdfaid:conformance>{COMPLIANCE.conformance}</pdfaid:conformance>"
            f'<dc:title><rdf:Alt><rdf:li xml:lang="x-default">{escape(self.title)}</rdf:li></rdf:Alt></dc:title>'
            f"<dc:creator><rdf:Seq><rdf:li>{author}</rdf:li></rdf:Seq></dc:creator>"
            f"<dc:language><rdf:Bag><rdf:li>{lang}</rdf:li></rdf:Bag></dc:language>"
            "</rdf:Description></rdf:RDF></x:xmpmeta>"
        )
