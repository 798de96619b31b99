"""PDFs are written anew: repaired, without what acts, asks, or is carried along. They are never run, and what is written is looked through.

What is kept of a PDF is said, not what is taken away: its pages, what they are drawn with, and links to the web.
"""

import io
import re
import zlib
from collections.abc import Iterator
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name, Pdf
from PIL import Image

from data.uploads.limits import MAX_PAGES, MAX_STORED_BYTES, Wrong
from data.uploads.pictures import as_jpeg

MAX_OBJECTS, MAX_DEPTH, MAX_CONTENT_BYTES = 100_000, 12, 64 * 1024 * 1024
ACTIVE = {
    "/JavaScript", "/JS", "/Launch", "/EmbeddedFile", "/EmbeddedFiles", "/RichMedia", "/XFA", "/SubmitForm", "/ImportData",
    "/GoToE", "/GoToR", "/EF", "/Movie", "/Sound", "/Rendition",
}  # fmt: skip
ROOT_KEYS = {"/Type", "/Pages", "/OCProperties", "/Lang"}  # layers say what is hidden on a page
PAGE_KEYS = {
    "/Type", "/Parent", "/Resources", "/MediaBox", "/CropBox", "/BleedBox", "/TrimBox", "/ArtBox", "/Contents", "/Rotate",
    "/Annots", "/UserUnit", "/Group",
}  # fmt: skip
BESIDE = ("/AA", "/AF", "/Metadata", "/OPI", "/PieceInfo", "/Ref")  # what a program notes beside what is drawn
ELSEWHERE = ("/F", "/FFilter", "/FDecodeParms")  # of a stream: its content would be another file
SAFE_LINKS = ("http://", "https://", "mailto:", "tel:")
CATALOGUE = re.compile(rb"(\d{1,9}) (\d{1,5}) obj\s{0,9}<<[^<>]{0,2000}?/Type\s{0,9}/Catalog\b")
A4 = (595, 842)
LIGHTER_IMAGES = ((2_000, 400_000), (1_400, 150_000))  # pixels a side, bytes
BROKEN = (pikepdf.PdfError, ValueError, TypeError, RuntimeError, RecursionError, AttributeError, KeyError)


def rewritten(content: bytes) -> tuple[bytes, tuple[str, ...]]:
    """The PDF written anew, and what a person is told: « nettoye » (something was left out), « repare »."""
    for candidate, mangled in _as_sent(content):
        try:
            with pikepdf.open(io.BytesIO(candidate), suppress_warnings=True) as pdf:
                return _written(pdf, mangled=mangled)
        except pikepdf.PasswordError:
            raise Wrong("protege") from None
        except BROKEN:
            continue
    raise Wrong("illisible")


def _as_sent(content: bytes) -> Iterator[tuple[bytes, bool]]:
    """From its first mark on. Sent as text, every end of line became two bytes: they are put back first. What lost its end is told
    again where it begins."""
    start = content.find(b"%PDF-")
    content = content[start:] if start > 0 else content
    ends = content.count(b"\n")
    if ends and content.count(b"\r\n") == ends:
        yield content.replace(b"\r\n", b"\n"), True
    yield content, False
    if catalogues := CATALOGUE.findall(content):
        yield content + b"\ntrailer\n<< /Root %s %s R >>\nstartxref\n0\n%%%%EOF" % catalogues[-1], True


def _written(pdf: Pdf, *, mangled: bool) -> tuple[bytes, tuple[str, ...]]:
    if len(pdf.pages) > MAX_PAGES:
        raise Wrong("pages")
    if len(pdf.objects) > MAX_OBJECTS:
        raise Wrong("complexe")
    form = pdf.Root.get("/AcroForm")
    repaired = mangled or any("is damaged" in str(each) for each in pdf.get_warnings())
    if not len(pdf.pages) or int(pdf.Root.Pages.get("/Count", 0)) > len(pdf.pages):
        raise ValueError("pages are lost")
    if repaired and not all(_drawable(page) for page in pdf.pages):
        raise ValueError("the content of a page is lost")
    cleaned = any(_acts(each) for each in _parts(pdf)) or bool(form is not None and form.get("/Fields"))
    _flatten(pdf, form)
    cleaned = _keep_what_is_drawn(pdf) or cleaned
    stored = _saved(pdf)
    for side, most_bytes in LIGHTER_IMAGES:
        if len(stored) > MAX_STORED_BYTES:
            _lighten(pdf, side, most_bytes)
            stored = _saved(pdf)
    if len(stored) > MAX_STORED_BYTES:
        raise Wrong("taille")
    _look_through(stored, len(pdf.pages))
    return stored, ("nettoye",) * cleaned + ("repare",) * repaired


def _saved(pdf: Pdf) -> bytes:
    out = io.BytesIO()
    pdf.save(out, encryption=False, object_stream_mode=pikepdf.ObjectStreamMode.generate, deterministic_id=True)
    return out.getvalue()


def _drawable(page: pikepdf.Page) -> bool:
    """Whether what a repaired page draws is still there and can be unpacked, within bounds."""
    contents = page.obj.get("/Contents")
    for each in contents if isinstance(contents, Array) else [contents]:
        if not isinstance(each, pikepdf.Stream):
            return False
        if each.get("/Filter") in (Name.FlateDecode, Array([Name.FlateDecode])):
            unpacker = zlib.decompressobj()
            try:
                unpacker.decompress(each.read_raw_bytes(), MAX_CONTENT_BYTES)
            except zlib.error:
                return False
    return True


def _flatten(pdf: Pdf, form: Any) -> None:
    """What is typed in a form, stamped or marked becomes part of the page."""
    if form is not None:
        if "/XFA" in form and (not len(form.get("/Fields", [])) or pdf.Root.get("/NeedsRendering")):
            raise Wrong("formulaire")  # its pages are drawn by a script: there would be nothing to read
        if form.get("/NeedAppearances"):
            pdf.generate_appearance_streams()
    if any("/Annots" in page.obj for page in pdf.pages):
        pdf.flatten_annotations("all")


def _keep_what_is_drawn(pdf: Pdf) -> bool:
    """Nothing but pages, what they are drawn with, and links; true when a link that is no honest one was left out."""
    left_out = False
    for key in set(pdf.Root.keys()) - ROOT_KEYS:
        del pdf.Root[key]
    del pdf.docinfo
    pdf.trailer.Size = len(pdf.objects) + 1  # lost with the end of a cut file
    for page in pdf.pages:
        for key in set(page.obj.keys()) - PAGE_KEYS:
            del page.obj[key]
        notes = list(page.obj.get("/Annots", []))
        links = [link for link in map(_link, notes) if link is not None]
        left_out = left_out or any(_acting_link(each) for each in notes if _link(each) is None)
        if "/Annots" in page.obj:
            del page.obj["/Annots"]
        if links:
            page.obj.Annots = Array(links)
    for each in _parts(pdf):
        if isinstance(each, Dictionary) and ("/Type" in each or "/Subtype" in each):
            _drop(each, BESIDE)
    for found in pdf.objects:
        if isinstance(found, pikepdf.Stream):
            _drop(found.stream_dict, ELSEWHERE)
    return left_out


def _drop(found: Any, keys: tuple[str, ...]) -> None:
    for key in keys:
        if key in found:
            del found[key]


def _link(note: Any) -> Dictionary | None:
    """A link to the web, written anew with nothing beside it; None for anything else."""
    if not isinstance(note, Dictionary) or note.get("/Subtype") != Name.Link or "/Rect" not in note:
        return None
    action = note.get("/A")
    if not isinstance(action, Dictionary) or action.get("/S") != Name.URI:
        return None
    where = str(action.get("/URI", ""))
    if not where.lower().startswith(SAFE_LINKS) or not where.isprintable():
        return None
    sides = Array([float(side) for side in note.Rect])
    return Dictionary(
        Type=Name.Annot, Subtype=Name.Link, Rect=sides, Border=Array([0, 0, 0]), A=Dictionary(S=Name.URI, URI=where)
    )


def _acting_link(note: Any) -> bool:
    """A link that leads out of the document and is no address of the web: javascript:, file:."""
    action = note.get("/A") if isinstance(note, Dictionary) else None
    return isinstance(action, Dictionary) and action.get("/S") != Name.GoTo


def _lighten(pdf: Pdf, side: int, most_bytes: int) -> None:
    """The large pictures of a scan, drawn again smaller; others stay as they are."""
    for found in pdf.objects:
        if not isinstance(found, pikepdf.Stream) or found.get("/Subtype") != Name.Image or found.get("/ImageMask"):
            continue
        if int(found.get("/BitsPerComponent", 8)) == 1 or len(found.read_raw_bytes()) <= most_bytes:
            continue
        if int(found.Width) * int(found.Height) > 60_000_000 or "/Mask" in found or "/Decode" in found:
            continue
        try:
            picture: Image.Image = pikepdf.PdfImage(found).as_pil_image()
            picture = picture if picture.mode in {"L", "RGB"} else picture.convert("RGB")
            picture.thumbnail((side, side))
            drawn = as_jpeg(picture, most_bytes)
        except (*BROKEN, NotImplementedError, OSError, Wrong):
            continue
        found.write(drawn, filter=Name.DCTDecode)
        with Image.open(io.BytesIO(drawn)) as small:
            found.Width, found.Height, grey = small.width, small.height, small.mode == "L"
        found.ColorSpace, found.BitsPerComponent = Name.DeviceGray if grey else Name.DeviceRGB, 8
        _drop(found, ("/DecodeParms",))


def _look_through(content: bytes, pages: int) -> None:
    """What was written, read again as a stranger's: Wrong if anything in it could still act, or if a page is missing."""
    with pikepdf.open(io.BytesIO(content), attempt_recovery=False) as pdf:
        if len(pdf.pages) != pages:
            raise Wrong("illisible")
        if any(_acts(each) for each in _parts(pdf, strict=True)):
            raise Wrong("actif")


def _acts(found: Any) -> bool:
    return isinstance(found, Dictionary) and any(
        name in ACTIVE or (name == "/S" and str(value) in ACTIVE) for name, value in found.items()
    )


def _parts(pdf: Pdf, *, strict: bool = False) -> Iterator[Any]:
    """Every dictionary and array, one in the other. `strict`: Wrong where they lie too deep to be sure."""
    for found in pdf.objects:
        waiting = [(found.stream_dict if isinstance(found, pikepdf.Stream) else found, 0)]
        while waiting:
            part, depth = waiting.pop()
            if not isinstance(part, Dictionary | Array):
                continue
            yield part
            for value in part.values() if isinstance(part, Dictionary) else part:
                if isinstance(value, Dictionary | Array) and not value.is_indirect:
                    if depth < MAX_DEPTH:
                        waiting.append((value, depth + 1))
                    elif strict:
                        raise Wrong("complexe")


def joined(pages: list[bytes]) -> bytes:
    """JPEGs that were drawn here, each on a page of its own."""
    with Pdf.new() as pdf:
        for content in pages:
            with Image.open(io.BytesIO(content), formats=["JPEG"]) as picture:
                wide, high, grey = picture.width, picture.height, picture.mode == "L"
            across, up = A4 if high >= wide else A4[::-1]
            scale = min(across / wide, up / high)
            image = pikepdf.Stream(pdf, content)
            image.update(Dictionary(
                Type=Name.XObject, Subtype=Name.Image, Width=wide, Height=high, BitsPerComponent=8, Filter=Name.DCTDecode,
                ColorSpace=Name.DeviceGray if grey else Name.DeviceRGB,
            ))  # fmt: skip
            drawing = f"q {wide * scale:.2f} 0 0 {high * scale:.2f} {(across - wide * scale) / 2:.2f} {(up - high * scale) / 2:.2f} cm /P Do Q"
            page = pdf.add_blank_page(page_size=(across, up))
            page.obj.Resources = Dictionary(XObject=Dictionary(P=pdf.make_indirect(image)))
            page.obj.Contents = pdf.make_stream(drawing.encode())
        return _saved(pdf)
