"""What a paper says to those who listen: headings, paragraphs, tables and their headers, in the order in which they are read.

fpdf2 itself tags pictures only, in a flat list; its objects serve here for a tree of any depth.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

import pikepdf
from fpdf import FPDF
from fpdf.output import PDFPage
from fpdf.structure_tree import StructElem, StructureTreeBuilder
from fpdf.syntax import PDFArray, PDFObject, PDFString

GROUPS = {"Document", "Part", "Table", "TR", "L", "LI"}  # they hold other nodes, no words
CELLS = {"TH", "TD"}  # a table keeps its shape: they stay without words too
COLUMN, ROW = "<</O /Table /Scope /Column>>", "<</O /Table /Scope /Row>>"


@dataclass(eq=False)
class Node:
    """An element of the logical structure; `attributes` as PDF writes them."""

    kind: str
    attributes: str = ""
    alt: str = ""
    lang: str = ""
    kids: list["Node"] = field(default_factory=list)

    def add(self, kind: str, attributes: str = "", alt: str = "") -> "Node":
        self.kids.append(Node(kind, attributes, alt))
        return self.kids[-1]

    def __iter__(self) -> Iterator["Node"]:
        """Itself and all under it, as they are read."""
        yield self
        for kid in self.kids:
            yield from kid


def spanning(columns: int, scope: str = "") -> str:
    return f"<</O /Table /ColSpan {columns}{f' /Scope /{scope}' if scope else ''}>>"


@dataclass
class Mark:
    """A marked piece of a page, as the element that holds it names it."""

    page: PDFPage
    number: int

    def serialize(self, **_: object) -> str:
        return f"<</Type /MCR /Pg {self.page.ref} /MCID {self.number}>>"


class Element(StructElem):
    """A node as the file has it; fpdf2 writes what is no method and begins with no line."""

    __slots__ = ("a", "lang")

    def __init__(self, node: Node, parent: PDFObject) -> None:
        super().__init__(f"/{node.kind}", parent, [], alt=node.alt or None)
        self.a, self.lang = node.attributes or None, PDFString(node.lang) if node.lang else None


class Tree(StructureTreeBuilder):
    """Takes the place of fpdf2's own."""

    def __init__(self, root: Node) -> None:
        super().__init__()
        self.order = {node: at for at, node in enumerate(root)}
        self.elements: dict[Node, Element] = {}
        self.struct_tree_root.k = PDFArray([self._made(root, self.struct_tree_root)])

    def _made(self, node: Node, parent: PDFObject) -> Element:
        self.elements[node] = element = Element(node, parent)
        element.k.extend(self._made(kid, element) for kid in node.kids)
        return element

    def mark(self, node: Node, pdf: FPDF) -> int:
        """The number of a piece of the page that begins now and belongs to that node."""
        page = pdf.pages[pdf.page]
        page.struct_parents = pdf.page - 1
        marks = self.struct_tree_root.parent_tree.nums[page.struct_parents]
        marks.append(self.elements[node])
        self.elements[node].k.append(Mark(page, len(marks) - 1))
        return len(marks) - 1

    def prune(self) -> None:
        """What says nothing is no element: a paragraph without words."""
        for node, element in reversed([*self.elements.items()]):
            if not element.k and node.kind not in CELLS:
                del self.elements[node]
                if isinstance(element.p, Element):
                    element.p.k.remove(element)

    def empty(self) -> bool:
        return not self.elements

    def __iter__(self) -> Iterator[PDFObject]:
        yield self.struct_tree_root
        yield self.struct_tree_root.parent_tree
        yield from self.elements.values()


def append(whole: pikepdf.Pdf, part: pikepdf.Pdf) -> None:
    """The pages of a paper after those of another one, and what they say after what those say."""
    tree, more = whole.Root.StructTreeRoot, part.Root.StructTreeRoot
    numbers, document = tree.ParentTree.Nums, tree.K[0]
    offset = len(whole.pages)
    for page in part.pages:
        page.StructParents = int(page.StructParents) + offset
    whole.pages.extend(part.pages)
    copied = whole.copy_foreign(more)  # its pages are known by now
    for number, elements in zip(copied.ParentTree.Nums[::2], copied.ParentTree.Nums[1::2], strict=True):
        numbers.append(int(number) + offset)
        numbers.append(elements)
    for kid in copied.K[0].K:
        kid.P = document
        document.K.append(kid)
