"""Whether a workbook may be opened at all: it is a ZIP that must not unpack to more than it may. Its parts, by name."""

import io
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO

from data.core.errors import UserError

MAX_ENTRIES, MAX_UNPACKED_BYTES, MAX_RATIO = 200, 60 * 1024 * 1024, 100
DAMAGED = (
    zipfile.BadZipFile,
    zlib.error,
    NotImplementedError,
    EOFError,
    OSError,
    RuntimeError,
    ValueError,
    LookupError,
)


def damaged() -> UserError:
    return UserError("Ce classeur est illisible ou endommagé. Enregistrez-le à nouveau en .xlsx.")


def plain_name(name: str) -> str:
    """As parts are compared: programs differ in capitals and strokes."""
    return name.replace("\\", "/").lstrip("/").casefold()


class Parts:
    """The parts of an open archive, whatever capitals and strokes their names have."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self._names = {plain_name(entry.filename): entry for entry in archive.infolist()}

    def __contains__(self, name: str) -> bool:
        return plain_name(name) in self._names

    def open(self, name: str) -> IO[bytes]:
        return self._archive.open(self._names[plain_name(name)])

    def read(self, name: str) -> bytes:
        """Empty when there is no such part."""
        return self._archive.read(self._names[plain_name(name)]) if name in self else b""


@contextmanager
def opened(content: bytes) -> Iterator[Parts]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        yield Parts(archive)


def check_archive(content: bytes) -> None:
    """UserError before anything is unpacked: bombs, macros, passwords, other formats that are archives too."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = archive.infolist()
            if any(entry.flag_bits & 1 for entry in entries):
                raise UserError("Ce classeur est protégé par un mot de passe. Enregistrez-le sans protection.")
            unpacked = sum(entry.file_size for entry in entries)
            if len(entries) > MAX_ENTRIES or unpacked > MAX_UNPACKED_BYTES or unpacked > MAX_RATIO * len(content):
                raise UserError(
                    "Ce classeur est anormalement volumineux une fois ouvert. Enregistrez-le à nouveau, ou passez par un CSV."
                )
            _check_format(archive, {plain_name(entry.filename) for entry in entries})
            for entry in entries:
                if plain_name(entry.filename).endswith((".xml", ".rels")):
                    with archive.open(entry) as part:
                        if b"<!DOCTYPE" in part.read(2000):
                            raise damaged()
    except DAMAGED:
        raise damaged() from None


def _check_format(archive: zipfile.ZipFile, names: set[str]) -> None:
    if "mimetype" in names and "content.xml" in names:
        raise UserError("Ce classeur est au format {form}. Enregistrez-le en .xlsx ou en CSV.", form=".ods")
    types = Parts(archive).read("[Content_Types].xml").lower()
    if b"sheet.binary" in types or "xl/workbook.bin" in names:
        raise UserError("Ce classeur est au format {form}. Enregistrez-le en .xlsx ou en CSV.", form=".xlsb")
    if b"spreadsheetml" not in types and "xl/workbook.xml" not in names:
        raise UserError("Ce fichier n’est pas un tableau. Formats acceptés : CSV et XLSX.")
    if any("vbaproject" in name for name in names) or b"macroenabled" in types:
        raise UserError("Ce classeur contient des macros (.xlsm). Enregistrez-le en .xlsx, sans macros.")
