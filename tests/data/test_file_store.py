"""Files in a service of S3's kind (FILES_URL), as they are in a folder: kept, read, swept, copied and put back; and while it is away."""

import zipfile
from collections.abc import Iterator
from pathlib import Path

import boto3
import pytest
from moto.server import ThreadedMotoServer
from sqlmodel import select

from components.web import errors
from data.core import clock, file_store
from data.core.errors import NotFound, UserError
from data.core.outages import FilesAway
from data.families import stored_files
from data.families.stored_files import StoredFile
from data.ops import backup, health
from data.privacy import data_export, orphan_files
from data.uploads import validation
from main import main
from tests.conftest import ENVIRONMENT, move_to
from tests.demo_users import CLAIRE, MARC, as_, later, pupil

PDF = "application/pdf"
KEY = "minimal-key"


@pytest.fixture(scope="module")
def service() -> Iterator[ThreadedMotoServer]:
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    yield server
    server.stop()


@pytest.fixture
def bucket(service: ThreadedMotoServer, database: str, tmp_path: Path) -> Iterator[str]:
    """An empty bucket's name; files are kept in a folder of it from here on."""
    host, port = service.get_host_and_port()
    endpoint, name = f"http://{host}:{port}", f"papers-{tmp_path.name[-20:].replace('_', '-').strip('-')}"
    ask = boto3.client(
        "s3", endpoint_url=endpoint, region_name="us-east-1", aws_access_key_id=KEY, aws_secret_access_key=KEY
    )
    for each in (name, f"{name}-2"):
        ask.create_bucket(Bucket=each)
    move_to(
        DATABASE_URL=database,
        FILES_DIR=str(tmp_path / "files"),
        FILES_URL=f"s3://{name}/portal",
        FILES_ENDPOINT=endpoint,
        FILES_ACCESS_KEY=KEY,
        FILES_SECRET_KEY=KEY,
    )
    yield name
    move_to(**ENVIRONMENT, FILES_URL="", FILES_ENDPOINT="", FILES_ACCESS_KEY="", FILES_SECRET_KEY="")


def kept(content: bytes, name: str = "Justificatif.pdf") -> StoredFile:
    with as_(CLAIRE) as uow:
        return stored_files.store(uow, pupil(uow, "Irina").id, "campaign 1", content, PDF, name)


def test_a_file_is_kept_read_copied_for_its_family_and_met_by_nobody_else(bucket: str, tmp_path: Path) -> None:
    stored = kept(b"x" * 5000)
    assert not list((tmp_path / "files").glob("*/*"))
    assert {each.key for each in file_store.store().held()} == {f"{stored.site_id}/{stored.name}"}
    with as_(CLAIRE) as uow:
        assert stored_files.content_of(uow, stored.name)[1] == b"x" * 5000
        data_export.write(data_export.collect(uow), tmp_path / "copy.zip")
    with as_(MARC) as uow, pytest.raises(NotFound):
        stored_files.content_of(uow, stored.name)
    with zipfile.ZipFile(tmp_path / "copy.zip") as archive:
        assert b"x" * 5000 in {archive.read(name) for name in archive.namelist()}


def test_the_sweep_takes_strays_of_a_day_and_what_was_taken_back(bucket: str) -> None:
    stored, taken_back = kept(b"kept"), kept(b"taken back")
    with as_(CLAIRE) as uow:
        stored_files.discard(uow, taken_back.name)
    file_store.store().write("1/" + "0" * 32, b"nobody's")
    with clock.stopped_at(later()):
        assert orphan_files.sweep().removed == [taken_back.name]  # the stray is too young
    swept = orphan_files.sweep(later(days=40))
    assert "0" * 32 in swept.removed
    assert stored.name not in swept.removed
    assert stored_files.read(stored.site_id, stored.name) == b"kept"


def test_a_copy_holds_the_files_and_goes_back_into_an_empty_bucket_only(
    bucket: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    stored = kept(b"y" * 3000)
    folder = backup.make(tmp_path / "copies", later())
    assert (folder / "files" / f"{stored.site_id}/{stored.name}").read_bytes() == b"y" * 3000
    move_to(DATABASE_URL=f"sqlite:///{tmp_path}/new/portal.db")
    with pytest.raises(backup.Impossible, match="holds files"):
        backup.restore(folder)
    move_to(FILES_URL=f"s3://{bucket}-2")
    assert any("restored" in line for line in backup.restore(folder))
    assert stored_files.read(stored.site_id, stored.name) == b"y" * 3000
    assert not list((tmp_path / "files").iterdir())
    with as_(CLAIRE) as uow:
        assert uow.one(select(StoredFile).where(StoredFile.name == stored.name)) is not None


def test_while_a_service_is_away_pages_and_operators_read_it_and_nothing_is_half_kept(
    bucket: str, capsys: pytest.CaptureFixture[str]
) -> None:
    stored = kept(b"z")
    assert health.failing() == []
    move_to(FILES_URL="s3://nobody-made-this-bucket")
    with as_(CLAIRE) as uow, pytest.raises(UserError) as refused:
        stored_files.write(uow.site_id or 0, b"z")
    assert validation.code_of(refused.value) == "place"
    assert "cannot be written" in file_store.fault()
    with pytest.raises(SystemExit):
        main(["check"])
    assert "files: s3://nobody-made-this-bucket cannot be written" in capsys.readouterr().out
    move_to(FILES_URL=f"s3://{bucket}/portal", FILES_ENDPOINT="http://127.0.0.1:9")  # nobody listens there
    with as_(CLAIRE) as uow, pytest.raises(FilesAway) as away:
        stored_files.content_of(uow, stored.name)
    assert errors.database_sentence(away.value) == errors.FILES_AWAY


@pytest.mark.parametrize(
    "wrong",
    [{"FILES_URL": "https://example.org/x"}, {"FILES_URL": "s3://"}, {"FILES_ENDPOINT": "http://s3.example.org"}],
)
def test_an_address_that_is_none_stops_the_start(wrong: dict[str, str]) -> None:
    try:
        move_to(**wrong)
        with pytest.raises(SystemExit, match=next(iter(wrong))):
            file_store.store()
    finally:
        move_to(FILES_URL="", FILES_ENDPOINT="")
