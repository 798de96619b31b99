"""Files on their way in and out: opened in a separate process, named, counted, kept in step with their rows."""

import asyncio
import io
import os
import resource
import signal
import subprocess
import sys
import zlib
from pathlib import Path

import pikepdf
import pillow_heif
import psutil
import pytest
from PIL import Image
from sqlmodel import select

from data.core import file_store, workers
from data.core.errors import NotFound, UserError
from data.core.unit_of_work import UnitOfWork
from data.families import stored_files
from data.families.stored_files import StoredFile
from data.uploads import validation
from data.uploads import worker as upload_worker
from tests.conftest import stored_path
from tests.data.test_upload_validation import BLUE, HTML, RED, like, opened, pdf, picture, refused
from tests.days import THOROUGH
from tests.demo_users import CLAIRE, MARC, PAUL, as_, later, pupil
from tests.server import children_at

ROOT = Path(__file__).parents[2]
PDF = "application/pdf"


def in_heic(size: tuple[int, int], **options: object) -> bytes:
    image = Image.new("RGB", size, RED)
    image.paste(BLUE, (size[0] // 2, 0, *size))
    out = io.BytesIO()
    pillow_heif.from_pillow(image).save(out, quality=90, **options)
    return out.getvalue()


def test_an_iphones_photograph_is_kept_as_jpeg_upright_without_its_place() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    exif.get_ifd(0x8825).update({1: "N", 2: (49.0, 21.0, 30.0)})
    stored, media_type, _ = validation.check(in_heic((400, 200), exif=exif.tobytes()))
    shown = opened(stored)
    assert (media_type, shown.format, shown.size) == ("image/jpeg", "JPEG", (200, 400))
    assert not shown.getexif()
    assert like(shown.getpixel((100, 50)), RED)
    assert like(shown.getpixel((100, 350)), BLUE)
    whole = in_heic((400, 200))
    assert refused(whole[: len(whole) // 2]) == "illisible"


def test_sixteen_bits_of_grey_stay_grey_and_a_clear_colour_becomes_white() -> None:
    out = io.BytesIO()
    Image.new("I;16", (20, 20), 32768).save(out, "PNG")
    assert opened(validation.check(out.getvalue())[0]).getpixel((5, 5)) in range(125, 131)
    out = io.BytesIO()
    Image.new("RGB", (20, 20), RED).save(out, "PNG", transparency=RED)
    assert opened(validation.check(out.getvalue())[0]).getpixel((5, 5)) == (255, 255, 255)


def test_a_portrait_is_small_whatever_the_telephone_made() -> None:
    for content in (picture("JPEG", (2000, 1000)), picture("PNG", (2000, 1000), "RGBA"), in_heic((2000, 1000))):
        shown = opened(validation.make_photo(content))
        assert (shown.format, shown.size) == ("JPEG", (600, 300))
    for content, code in ((b"", "creux"), (pdf(), "photo"), (HTML, "photo"), (b"\xff\xd8\xff..", "illisible")):
        with pytest.raises(UserError) as found_text:
            validation.make_photo(content)
        assert validation.code_of(found_text.value) == code


def flood(megabytes: int) -> bytes:
    """A stream of so many megabytes of zeros, a thousand times smaller in the file."""
    packer = zlib.compressobj(9)
    packer.flush(zlib.Z_FULL_FLUSH)
    part = packer.compress(bytes(1024 * 1024)) + packer.flush(zlib.Z_FULL_FLUSH)
    return b"\x78\xda" + part * megabytes


def packed_objects(content: bytes) -> bytes:
    """A PDF whose catalogue lies in a compressed stream, which must be unpacked to be read."""
    head = b"%PDF-1.5\n"
    one = b"1 0 obj\n<</Type/ObjStm/N 1/First 4/Filter/FlateDecode/Length %d>>stream\n" % len(content)
    one += content + b"\nendstream\nendobj\n"
    start = len(head) + len(one)
    places = b"\0\0\0\0\0" + b"\1" + len(head).to_bytes(3, "big") + b"\0" + b"\2\0\0\1\0"
    places += b"\1" + start.to_bytes(3, "big") + b"\0"
    table = b"3 0 obj\n<</Type/XRef/Size 4/W[1 3 1]/Root 2 0 R/Length %d>>stream\n%s\nendstream\nendobj\n" % (
        len(places), places)  # fmt: skip
    return head + one + table + b"startxref\n%d\n%%%%EOF" % start


def children() -> list[psutil.Process]:
    return children_at(os.getpid(), "data.uploads.inspection")


def test_streams_that_swell_and_tables_that_lie_cost_little_and_end() -> None:  # row 68
    validation.check(pdf())
    (child,) = children()
    resting = pikepdf.Pdf.new()
    resting.add_blank_page()
    resting.Root.Big = resting.make_indirect(pikepdf.Stream(resting, flood(500), Filter=pikepdf.Name.FlateDecode))
    out = io.BytesIO()
    resting.save(out, stream_decode_level=pikepdf.StreamDecodeLevel.none, compress_streams=False)
    assert validation.check(out.getvalue())[1] == PDF  # nothing unpacks it
    assert refused(packed_objects(flood(1500))) in {"illisible", "complexe"}  # this would need 1.5 GB
    sound = pdf(pages=2)
    assert validation.check(sound.replace(b"startxref\n", b"startxref\n9"))[1] == PDF
    assert validation.check(sound)[1] == PDF
    assert children() == [child]  # which had neither to be ended for its seconds nor for its memory


def test_the_process_that_opens_files_holds_no_secret_and_is_one_for_all() -> None:
    validation.check(picture("PNG"))
    validation.check(pdf())
    (child,) = children()
    assert not {name for name in child.environ() if any(word in name for word in ("SECRET", "DATABASE", "SMTP"))}
    assert child.nice() >= min(19, psutil.Process().nice() + 10)
    assert child.rlimit(resource.RLIMIT_AS)[0] <= 1024**3
    loaded = {Path(each.path).name for each in child.memory_maps()}
    assert not any("sqlite" in each or "psycopg" in each for each in loaded)


def test_a_process_that_dies_or_hangs_is_replaced_and_the_machines_load_is_no_fault_of_the_file(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    validation.check(picture("PNG"))
    children()[0].kill()
    assert validation.check(picture("PNG"))[1] == "image/png"
    (stopped,) = children()
    os.kill(stopped.pid, signal.SIGSTOP)
    monkeypatch.setattr(upload_worker, "PATIENCE", 0.3)
    assert refused(picture("PNG")) == "occupe"
    assert not psutil.pid_exists(stopped.pid)
    monkeypatch.undo()
    assert validation.check(picture("PNG"))[1] == "image/png"
    upload_worker.close()
    assert not children()


def test_a_process_that_takes_nothing_more_or_cannot_be_had_holds_nobody_up(monkeypatch: pytest.MonkeyPatch) -> None:
    upload_worker.close()
    monkeypatch.setattr(workers, "STUCK_SECONDS", 0.3)
    validation.check(picture("PNG"))
    (stopped,) = children()
    os.kill(stopped.pid, signal.SIGSTOP)
    assert refused(b"%PDF-1.7" + bytes(2_000_000)) == "occupe"  # more than the line holds
    assert not children()
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    assert refused(pdf()) == "occupe"


def test_a_fault_that_no_library_should_have_is_the_files_and_not_the_machines() -> None:
    """Both were told as « très sollicité »: the file was sent again and again."""
    scan = io.BytesIO()
    Image.new("L", (60, 40)).save(scan, "TIFF", save_all=True, append_images=[Image.new("L", (60, 40))])
    width = b"\x00\x01\x04\x00\x01\x00\x00\x00"  # its tag, in the second page's directory
    whole, _, end = scan.getvalue().rpartition(width)
    assert refused(whole + b"\xfd" + width[1:] + end) == "illisible"
    with workers.Worker(workers.Program("data.uploads.inspection", 1024**3, 0, 20, isolated=True)) as child:
        assert child.hear(120) == b"ready"
        child.send(b"\xff")  # no question: it ends by itself
        child.send(b"")
        with pytest.raises(workers.Ended) as ended:
            child.hear(120)
    assert ended.value.code > 0


def enormous() -> bytes:
    """Forty million pixels that can be seen through: the most that a picture may hold."""
    out = io.BytesIO()
    Image.new("RGBA", (6320, 6320), (10, 120, 120, 200)).save(out, "PNG", compress_level=1)
    return out.getvalue()


def long_lists(number: int) -> bytes:
    """A sound PDF, small and tedious: each list takes a third of a second of a processor to look through."""
    made = pikepdf.Pdf.new()
    made.add_blank_page()
    each = b"[" + b"/A " * 200_000 + b"]"
    made.Root.Long = pikepdf.Array([made.make_indirect(pikepdf.Object.parse(each)) for _ in range(number)])
    out = io.BytesIO()
    made.save(out, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    return out.getvalue()


@pytest.mark.skipif(not THOROUGH, reason="it uses up seconds of a processor")
def test_seconds_of_a_processor_are_counted_for_each_file_and_what_uses_them_up_is_not_tried_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    upload_worker.close()
    monkeypatch.setattr(upload_worker, "PROCESSOR_SECONDS", 1)
    validation.check(pdf())
    (child,) = children()
    first, short = child.rlimit(resource.RLIMIT_CPU)[0], long_lists(1)
    while sum(child.cpu_times()[:2]) < 2:  # more than one file may have
        assert validation.check(short)[1] == PDF
    assert first < child.rlimit(resource.RLIMIT_CPU)[0] < 5
    assert children() == [child]
    assert refused(long_lists(15)) == "complexe"
    assert not children()  # nor does another process try it


def most_memory(process: psutil.Process) -> int:
    """The most that a process has ever held, in bytes."""
    status = Path(f"/proc/{process.pid}/status").read_text(encoding="utf-8")
    return int(status.partition("VmHWM:")[2].split()[0]) * 1024


@pytest.mark.skipif(not THOROUGH, reason="minutes: what it says of a busy machine is only true of one")
def test_a_good_picture_beside_four_busy_processes_is_kept() -> None:
    upload_worker.close()
    content, busy = enormous(), [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(4)]
    try:
        assert validation.check(content)[1] == "image/jpeg"
    finally:
        for each in busy:
            each.kill()
            each.wait()


def test_enormous_pictures_take_turns_and_little_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    upload_worker.close()
    monkeypatch.setattr(validation.turns, "most", 12)
    content = enormous()

    async def send() -> list[object]:
        sent = [asyncio.create_task(validation.checked(content)) for _ in range(2)]
        others = [asyncio.create_task(validation.checked(b"%PDF-")) for _ in range(12)]
        await asyncio.to_thread(str)  # another page of the portal is answered meanwhile
        assert not sent[1].done()
        return list(await asyncio.gather(*sent, *others, return_exceptions=True))

    answers = asyncio.run(send())
    stored = [each for each in answers if isinstance(each, tuple)]
    assert len(stored) == 2
    assert all(media_type == "image/jpeg" for _, media_type, _ in stored)
    refusals = [validation.code_of(each) for each in answers if isinstance(each, UserError)]
    assert refusals.count("occupe") == 2  # twelve may wait
    (child,) = children()
    assert most_memory(child) < 550 * 1024**2


@pytest.mark.parametrize(("given", "media_type", "shown"), [
    ("../../x.pdf", PDF, "x.pdf"), ("C:\\Users\\moi\\x.pdf", PDF, "x.pdf"), ("a\r\nX:1.pdf", PDF, "aX:1.pdf"),
    ("con.pdf", PDF, "_con.pdf"), ("e\u0301te\u0301.PDF", PDF, "été.pdf"), ("IMG_0001.HEIC", "image/jpeg", "IMG_0001.jpg"),
    ("photo.php.jpg", "image/jpeg", "photo.php.jpg"), ("scan.png", "image/jpeg", "scan.jpg"), ("x" * 300 + ".pdf", PDF, "x" * 96 + ".pdf"),
    ("gnp\u202efdp.exe.pdf", PDF, "gnpfdp.exe.pdf"), ("\u200bvide\u2066.pdf", PDF, "vide.pdf"), (".pdf", PDF, "document.pdf"),
    ("", "image/png", "document.png"), ("…/  .. .pdf", PDF, "document.pdf"), ("a\u00a0b.pdf", PDF, "a b.pdf"), ("\ud800.pdf", PDF, "document.pdf"),
])  # fmt: skip
def test_a_files_name_is_shown_as_the_family_knows_it_and_hides_nothing(  # row 70
    given: str, media_type: str, shown: str
) -> None:
    assert validation.shown_name(given, media_type) == shown
    header = validation.disposition(shown)
    assert header.isascii()
    assert header.startswith('inline; filename="document.')
    assert not set(header.partition("UTF-8''")[2]) & set('"\r\n; /\\')


def store(uow: UnitOfWork, *, size: int = 100, kind: str = "campaign 1", name: str = "Justificatif.pdf") -> StoredFile:
    return stored_files.store(uow, pupil(uow, "Irina").id, kind, b"x" * size, PDF, name)


def test_a_kept_file_has_its_name_and_is_met_by_nobody_else(database: str) -> None:
    with as_(CLAIRE) as uow:
        stored = store(uow)
        assert (stored.shown, stored.size) == ("Justificatif.pdf", 100)
        path = stored_path(stored.site_id, stored.name)
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700
    for who in (CLAIRE, PAUL):
        with as_(who) as uow:
            assert stored_files.content_of(uow, stored.name)[1] == b"x" * 100
    for who, code in ((MARC, "valmont"), ("belkacem.samir", "valmont"), (CLAIRE, "belrive"), ("petit.jean", "belrive")):
        with as_(who, code) as uow, pytest.raises(NotFound):
            stored_files.content_of(uow, stored.name)


def test_a_family_sends_thirty_files_an_hour_and_forty_megabytes_a_campaign(database: str) -> None:
    with as_(CLAIRE) as uow:
        for _ in range(29):
            store(uow)
        stored_files.discard(uow, store(uow).name)  # taken back: it was sent all the same
    with as_(CLAIRE) as uow, pytest.raises(UserError) as shown:
        stored_files.within_quota(uow)
    assert validation.code_of(shown.value) == "heure"
    with as_(MARC) as uow:
        stored_files.within_quota(uow)
    with as_(PAUL) as uow:
        stored_files.within_quota(uow)
    with as_(CLAIRE, now=later(hours=1.1)) as uow:
        for row in uow.all(select(StoredFile).where(StoredFile.kind == "campaign 1").limit(20)):
            row.size = 2 * 1024 * 1024
            uow.add(row)
        with pytest.raises(UserError) as shown:
            store(uow)
        assert validation.code_of(shown.value) == "quota"
        store(uow, kind="campaign 2")
        first = uow.one(select(StoredFile).where(StoredFile.size > 1000, StoredFile.removed_at.is_(None)))  # type: ignore[union-attr]
        assert first is not None
        stored_files.discard(uow, first.name)
        store(uow)


def test_a_full_disk_is_said_in_words_and_leaves_nothing_behind(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with as_(CLAIRE) as uow:
        folder = stored_path(store(uow).site_id, "x").parent
    before = sorted(folder.iterdir())
    with monkeypatch.context() as changed:
        changed.setattr(file_store, "MIN_FREE_SHARE", 0.5)
        changed.setattr(file_store, "MIN_FREE_BYTES", 10**18)
        changed.setattr(
            file_store.shutil,
            "disk_usage",
            lambda path: file_store.shutil._ntuple_diskusage(10**9, 9 * 10**8, 10**8),
        )
        with as_(CLAIRE) as uow, pytest.raises(UserError) as shown:
            store(uow)
        assert validation.code_of(shown.value) == "place"
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, hard))  # the disk gives no more than that
    try:
        with as_(CLAIRE) as uow, pytest.raises(UserError) as shown:
            stored_files.write(uow.site_id or 0, b"x" * 100_000)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert validation.code_of(shown.value) == "place"
    assert sorted(folder.iterdir()) == before
