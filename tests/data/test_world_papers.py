"""Photographs and papers as families have them: taken for what they are, repaired or made lighter, or told with their mend (R-40 to R-42)."""

import asyncio
import hashlib
import io
import os
import signal
from collections.abc import Callable
from pathlib import Path

import pikepdf
import psutil
import pytest
from pikepdf import Array, Dictionary, Name, Pdf, Stream
from PIL import Image, ImageDraw, ImageFilter

from data.core.errors import UserError
from data.uploads import limits, validation
from data.uploads import worker as upload_worker
from data.uploads.validation import Kept
from tests.data.test_stored_files import children, in_heic, most_memory
from tests.data.test_upload_validation import BLUE, MAX, RED, docx, inside, like, opened, pdf, picture, refused
from tests.days import THOROUGH

PHOTOGRAPHS = Path(__file__).with_name("photographs")
WORDS = b"BT /F1 24 Tf 72 700 Td (Attestation) Tj ET"


def written(change: Callable[[Pdf], None] = lambda made: None, pages: int = 2, **options: object) -> bytes:
    """A PDF whose pages draw text, packed as programs pack it."""

    def write(made: Pdf) -> None:
        font = made.make_indirect(Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica))
        for page in made.pages:
            page.obj.Resources = Dictionary(Font=Dictionary(F1=font))
            page.obj.Contents = made.make_stream(WORDS * 40)
        change(made)

    return pdf(write, pages, **options)


def drawn(kept: Kept) -> list[bytes]:
    """What each page of a kept PDF draws."""
    assert kept.media_type == "application/pdf"
    with pikepdf.open(io.BytesIO(kept.content), attempt_recovery=False) as made:
        return [_content(page) for page in made.pages]


def _content(page: pikepdf.Page) -> bytes:
    found = page.obj.Contents
    return b"\n".join(each.read_bytes() for each in (found if isinstance(found, Array) else [found]))


def halves(size: tuple[int, int]) -> Image.Image:
    image = Image.new("RGB", size, RED)
    image.paste(BLUE, (size[0] // 2, 0, *size))
    return image


def saved(image: Image.Image, form: str, **options: object) -> bytes:
    out = io.BytesIO()
    image.save(out, form, **options)
    return out.getvalue()


LARGE = {
    "JPEG": [(12000, 9000), (8000, 6000), (8160, 6120), (16000, 2400)],
    "PNG": [(16000, 2400), (8000, 6000), (12000, 9000)],
    "HEIF": [(12000, 9000), (8160, 6120), (16000, 2400)],
}


@pytest.mark.parametrize(
    ("form", "size"), [(form, size) for form, sizes in LARGE.items() for size in (sizes if THOROUGH else sizes[:1])]
)
def test_a_photograph_of_48_to_108_megapixels_or_a_panorama_is_made_lighter_in_little_memory(
    form: str, size: tuple[int, int]
) -> None:
    upload_worker.close()
    # The two halves are kept in HEIF: to write them takes sixteen seconds of a processor.
    kept_file = PHOTOGRAPHS / f"{size[0]}x{size[1]}.heic"
    content = kept_file.read_bytes() if form == "HEIF" else saved(halves(size), form)
    kept = validation.check(content)
    shown = opened(kept.content)
    assert (kept.media_type, max(shown.size), len(kept.content) <= MAX) == ("image/jpeg", 3000, True)
    assert abs(shown.width / shown.height - size[0] / size[1]) < 0.1
    assert like(shown.getpixel((shown.width // 4, 50)), RED)
    assert like(shown.getpixel((shown.width * 3 // 4, shown.height - 50)), BLUE)
    (child,) = children()
    assert most_memory(child) < 800 * 1024**2


@pytest.mark.parametrize(("form", "media_type"), [
    ("JPEG", "image/jpeg"), ("PNG", "image/png"), ("WEBP", "image/jpeg"), ("AVIF", "image/jpeg"), ("GIF", "image/jpeg"), ("BMP", "image/jpeg"),
    ("TIFF", "image/jpeg"), ("HEIF", "image/jpeg"),
])  # fmt: skip
@pytest.mark.parametrize("name", ["photo.jpg", "photo.jfif", "photo.jpe", "image:1234", "photo", "scan.png", "x.pdf"])
def test_a_picture_is_taken_for_what_it_is_whatever_it_is_called(form: str, media_type: str, name: str) -> None:
    content = in_heic((120, 80)) if form == "HEIF" else saved(halves((120, 80)), form)
    kept = validation.check(content)
    shown = opened(kept.content)
    assert (kept.media_type, shown.size) == (media_type, (120, 80))
    assert like(shown.getpixel((20, 40)), RED)
    assert like(shown.getpixel((100, 40)), BLUE)
    assert validation.shown_name(name, media_type).endswith((".jpg", ".png"))


@pytest.mark.parametrize("form", ["WEBP", "AVIF", "GIF", "BMP", "TIFF"])
def test_a_picture_of_another_form_cut_short_is_unreadable(form: str) -> None:
    content = saved(Image.effect_noise((300, 200), 90).convert("RGB"), form)
    assert refused(content[: len(content) // 2]) == "illisible"


def test_a_scanners_tiff_of_three_pages_is_one_pdf_of_three_pages() -> None:
    pages = [halves((200, 280)).rotate(180 * turned) for turned in (0, 1, 0)]
    kept = validation.check(saved(pages[0], "TIFF", save_all=True, append_images=pages[1:]))
    assert len(drawn(kept)) == 3


SOUND = written()


@pytest.mark.parametrize(("content", "remarks"), [
    (SOUND.replace(b"startxref\n", b"startxref\n9"), ("repare",)),
    (SOUND[:-30], ("repare",)),
    (SOUND[: SOUND.rindex(b"xref\n", 0, SOUND.rindex(b"startxref"))], ("repare",)),
    (SOUND.replace(b"\n", b"\r\n"), ("repare",)),
    (b"\xef\xbb\xbf" + SOUND, ()),
    (b"HTTP/1.1 200 OK\r\nContent-Type: application/pdf\r\n\r\n" + SOUND, ()),
    (SOUND + b"\n<!-- sent by a portal -->" * 80, ("repare",)),
], ids=["a wrong startxref", "a cut tail", "no table", "ends of lines changed", "a BOM first", "other bytes first", "other bytes last"])  # fmt: skip
def test_a_damaged_pdf_is_repaired_and_draws_what_it_drew(content: bytes, remarks: tuple[str, ...]) -> None:
    kept = validation.check(content)
    assert all(WORDS in each for each in drawn(kept))
    assert len(drawn(kept)) == 2
    assert set(remarks) <= set(kept.remarks)


def test_a_pdf_of_which_a_page_was_lost_is_not_repaired_to_half_of_it() -> None:
    noise = hashlib.shake_256(b"n").digest(30_000).hex().encode()

    def heavy(made: Pdf) -> None:
        for page in made.pages:
            page.obj.Contents = made.make_stream(WORDS + b"%" + noise + b"\n")

    content = written(heavy, pages=3, object_stream_mode=pikepdf.ObjectStreamMode.disable)
    assert refused(content[: len(content) * 2 // 3]) == "illisible"


def fills_a_form(made: Pdf) -> None:
    look = made.make_stream(b"0 0 1 rg 0 0 90 20 re f")
    look.update(Dictionary(Type=Name.XObject, Subtype=Name.Form, BBox=Array([0, 0, 90, 20])))
    field = made.make_indirect(Dictionary(
        Type=Name.Annot, Subtype=Name.Widget, FT=Name.Tx, T="nom", V="Aubry", Rect=Array([72, 600, 162, 620]), F=4,
        AP=Dictionary(N=look),
    ))  # fmt: skip
    made.pages[0].Annots = Array([field])
    made.Root.AcroForm = Dictionary(Fields=Array([field]))


def prints_itself(made: Pdf) -> None:
    made.Root.OpenAction = Dictionary(S=Name.JavaScript, JS="this.print(true);")


def is_an_electronic_invoice(made: Pdf) -> None:
    made.attachments["factur-x.xml"] = b"<rsm:CrossIndustryInvoice/>"


def checks_its_fields(made: Pdf) -> None:
    fills_a_form(made)
    made.Root.AcroForm.XFA = Stream(made, b"<xdp/>")
    made.pages[0].Annots[0].AA = Dictionary(K=Dictionary(S=Name.JavaScript, JS="AFDate_FormatEx('dd/mm/yyyy');"))


@pytest.mark.parametrize("act", [fills_a_form, prints_itself, is_an_electronic_invoice, checks_its_fields])
def test_an_honest_pdf_that_acts_is_written_anew_without_it_and_reported(act: Callable[[Pdf], None]) -> None:
    kept = validation.check(written(act))
    assert kept.remarks == ("nettoye",)
    assert WORDS in drawn(kept)[0]
    plain = inside(kept.content)
    assert not [
        each for each in (b"JavaScript", b"/AcroForm", b"Invoice", b"/XFA", b"/Widget", b"OpenAction") if each in plain
    ]
    if act in {fills_a_form, checks_its_fields}:
        assert b"0 0 90 20 re f" in plain  # what was typed is still seen


def test_a_pdf_of_which_a_program_alone_draws_the_pages_is_to_be_printed() -> None:
    def dynamic(made: Pdf) -> None:
        made.Root.AcroForm = Dictionary(Fields=Array([]), XFA=Stream(made, b"<xdp/>"))

    assert refused(written(dynamic)) == "formulaire"
    assert "Imprimez-le en PDF" in validation.refusal("formulaire").message()


LINKS = {
    "https://example.org/a": True, "HTTP://example.org": True, "mailto:a@example.org": True, "tel:+33600000000": True,
    "javascript:alert(1)": False, "file:///etc/passwd": False, "data:text/html,x": False, "ftp://example.org": False,
}  # fmt: skip


@pytest.mark.parametrize("where", LINKS)
def test_of_links_in_a_pdf_only_those_to_the_web_a_letterbox_or_a_telephone_stay(where: str) -> None:
    def link(made: Pdf) -> None:
        action = Dictionary(S=Name.URI, URI=where, Next=Dictionary(S=Name.Launch, F="calc.exe"))
        made.pages[0].Annots = Array(
            [Dictionary(Type=Name.Annot, Subtype=Name.Link, Rect=Array([0, 0, 9, 9]), A=action)]
        )

    plain = inside(validation.check(written(link)).content)
    assert (where.encode() in plain) is LINKS[where]
    assert b"Launch" not in plain


def test_the_contents_and_links_within_a_pdf_are_no_reason_for_a_word() -> None:
    def links(made: Pdf) -> None:
        to = Array([made.pages[1].obj, Name.Fit])
        made.Root.OpenAction = to
        made.pages[0].Annots = Array(
            [Dictionary(Type=Name.Annot, Subtype=Name.Link, Rect=Array([0, 0, 9, 9]), Dest=to)]
        )

    assert validation.check(written(links)).remarks == ()


def test_a_restricted_pdf_is_opened_and_one_under_a_password_is_reported() -> None:
    kept = validation.check(written(encryption=pikepdf.Encryption(owner="o", user="")))
    assert WORDS in drawn(kept)[0]
    assert refused(written(encryption=pikepdf.Encryption(owner="o", user="u"))) == "protege"


def grainy(size: tuple[int, int]) -> Image.Image:
    grain = Image.effect_noise(size, 90)
    return Image.merge(
        "RGB", (grain, grain.transpose(Image.Transpose.ROTATE_180), grain.transpose(Image.Transpose.FLIP_TOP_BOTTOM))
    )


def test_a_scan_of_six_megabytes_in_a_pdf_is_made_lighter() -> None:
    content = saved(grainy((2600, 3600)), "JPEG", quality=70)

    def scan(made: Pdf) -> None:
        image = Stream(made, content)
        image.update(Dictionary(Type=Name.XObject, Subtype=Name.Image, Width=2600, Height=3600, BitsPerComponent=8,
                                ColorSpace=Name.DeviceRGB, Filter=Name.DCTDecode))  # fmt: skip
        made.pages[0].obj.Resources.XObject = Dictionary(Im=made.make_indirect(image))

    sent = written(scan)
    assert len(sent) > 2 * MAX
    assert len(validation.check(sent).content) <= MAX


def test_a_grainy_photograph_of_14_megabytes_that_compresses_badly_is_made_smaller_until_it_fits() -> None:
    content = saved(grainy((4200, 4200)), "JPEG", quality=86)
    assert 13_000_000 < len(content) < limits.MAX_UPLOAD_BYTES
    kept = validation.check(content)
    assert (kept.media_type, len(kept.content) <= MAX) == ("image/jpeg", True)
    assert opened(kept.content).width > 1200


def page_of_text(size: tuple[int, int] = (2100, 2970)) -> Image.Image:
    image = Image.new("RGB", size, (236, 234, 228))
    pen = ImageDraw.Draw(image)
    for line in range(60):
        pen.text(
            (200, 200 + 42 * line),
            "Je soussignée certifie que l’élève est assurée pour l’année. " * 2,
            (30, 30, 40),
            font_size=34,
        )
    return image


@pytest.mark.parametrize(("change", "remarks"), [
    (lambda image: image, ()),
    (lambda image: image.filter(ImageFilter.GaussianBlur(14)), ("flou",)),
    (lambda image: image.point(lambda shade: shade // 6), ("sombre",)),
], ids=["sharp", "blurred", "dark"])  # fmt: skip
def test_a_blurred_or_dark_photograph_is_kept_and_reported(
    change: Callable[[Image.Image], Image.Image], remarks: tuple[str, ...]
) -> None:
    kept = validation.check(saved(change(page_of_text()), "JPEG", quality=90))
    assert (kept.media_type, kept.remarks) == ("image/jpeg", remarks)


class Lying:
    """A file on the disk of a request."""

    def __init__(self, content: bytes) -> None:
        self.content = content

    async def read(self, size: int = -1) -> bytes:
        return self.content[:size]


def join(contents: list[bytes], turns: list[int]) -> Kept:
    return asyncio.run(validation.joined([Lying(each) for each in contents], turns))


def test_photographs_of_one_document_become_one_pdf_in_order_and_turned() -> None:
    pages = [saved(halves((400, 200)), "JPEG"), saved(halves((200, 400)), "PNG"), saved(halves((400, 200)), "WEBP")]
    kept = join(pages, [90, 0, 180])
    with pikepdf.open(io.BytesIO(kept.content)) as made:
        shown = [pikepdf.PdfImage(page.obj.Resources.XObject.P).as_pil_image() for page in made.pages]
        sheets = [tuple(int(side) for side in page.mediabox[2:]) for page in made.pages]
    assert [each.size for each in shown] == [(200, 400), (200, 400), (400, 200)]
    assert sheets == [(595, 842), (595, 842), (842, 595)]
    assert like(shown[0].getpixel((100, 50)), RED)  # its left is its top now
    assert like(shown[2].getpixel((50, 100)), BLUE)


def test_twelve_grainy_photographs_fit_and_a_thirteenth_or_a_pdf_among_them_is_reported() -> None:
    one = saved(grainy((1500, 2000)), "JPEG", quality=60)
    kept = join([one] * limits.MAX_JOINED_PAGES, [0] * limits.MAX_JOINED_PAGES)
    assert (len(drawn(kept)), len(kept.content) <= MAX) == (12, True)
    for contents, code in (
        ([one] * 13, "feuilles"),
        ([one, SOUND], "photo"),
        ([one, b""], "creux"),
        ([one, docx()], "photo"),
    ):
        with pytest.raises(UserError) as shown:
            join(contents, [0] * len(contents))
        assert validation.code_of(shown.value) == code


def test_fifteen_people_at_once_all_have_their_turn_and_what_finds_no_place_is_nobodys_fault(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    content = picture("JPEG", (600, 400))

    async def send() -> list[Kept | BaseException]:
        return await asyncio.gather(*(validation.checked(content) for _ in range(15)), return_exceptions=True)

    assert {type(each) for each in asyncio.run(send())} == {Kept}
    monkeypatch.setattr(validation.turns, "most", 10)
    answers = asyncio.run(send())
    assert [type(each) for each in answers].count(validation.Busy) == 5
    assert "pas en cause" in validation.refusal("occupe").message()
    monkeypatch.undo()
    monkeypatch.setattr(validation.turns, "most_bytes", 3 * len(content))
    assert [type(each) for each in asyncio.run(send())].count(Kept) == 3


def test_a_process_that_the_machine_ends_again_and_again_is_no_fault_of_the_file() -> None:
    upload_worker.close()
    validation.check(picture("PNG"))

    async def send() -> BaseException | Kept:
        upload_worker.close()
        sent = asyncio.create_task(validation.checked(saved(halves((9000, 7000)), "PNG")))
        while not (begun := children()) or begun[0].memory_info().rss < 150 * 1024**2:
            await asyncio.sleep(0)
            if sent.done():
                break
        for each in begun:
            os.kill(each.pid, signal.SIGKILL)
        return (await asyncio.gather(sent, return_exceptions=True))[0]

    answer = asyncio.run(send())
    assert isinstance(answer, Kept | validation.Busy)
    assert not [each for each in psutil.Process().children() if each.status() == psutil.STATUS_ZOMBIE]
