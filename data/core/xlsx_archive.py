"""Whether a workbook may be opened at all: it is a ZIP that must not unpack to more than it may."""

import io
import zipfile

from data.core.errors import UserError

MAX_ENTRIES, MAX_UNPACKED_BYTES, MAX_RATIO = 200, 60 * 1024 * 1024, 100


def is_of_reading(fault: Exception) -> bool:
    """Raised by openpyxl, XML or ZIP; what `tick` raises passes."""
    trace, last = fault.__traceback__, ""
    while trace is not None:
        last = trace.tb_frame.f_globals.get("__name__", "")
        trace = trace.tb_next
    return last.startswith(
        ("openpyxl", "defusedxml", "xml", "lxml", "zipfile", "zlib", "datetime", "codecs", __name__)
    ) or isinstance(fault, SyntaxError | zipfile.BadZipFile | KeyError)


def check_archive(content: bytes) -> None:
    """UserError before anything is unpacked: bombs, macros, passwords, other formats that are archives too."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = archive.infolist()
            names = {entry.filename for entry in entries}
            if any(entry.flag_bits & 1 for entry in entries):
                raise UserError("Ce classeur est protégé par un mot de passe. Enregistrez-le sans protection.")
            unpacked = sum(entry.file_size for entry in entries)
            if len(entries) > MAX_ENTRIES or unpacked > MAX_UNPACKED_BYTES or unpacked > MAX_RATIO * len(content):
                raise UserError(
                    "Ce classeur est anormalement volumineux une fois ouvert. Enregistrez-le à nouveau, ou passez par un CSV."
                )
            if "mimetype" in names and "content.xml" in names:
                raise UserError("Ce classeur est au format .ods. Enregistrez-le en .xlsx ou en CSV.")
            if "[Content_Types].xml" not in names or "xl/workbook.xml" not in names:
                raise UserError("Ce fichier n’est pas un tableau. Formats acceptés : CSV et XLSX.")
            if (
                any("vbaproject" in name.casefold() for name in names)
                or b"macroenabled" in archive.read("[Content_Types].xml").lower()
            ):
                raise UserError("Ce classeur contient des macros (.xlsm). Enregistrez-le en .xlsx, sans macros.")
            for entry in entries:
                if entry.filename.endswith((".xml", ".rels")):
                    with archive.open(entry) as part:
                        if b"<!DOCTYPE" in part.read(2000):
                            raise UserError(
                                "Ce classeur est illisible ou endommagé. Enregistrez-le à nouveau en .xlsx."
                            )
    except (zipfile.BadZipFile, NotImplementedError, EOFError, OSError, RuntimeError, ValueError, KeyError):
        raise UserError("Ce classeur est illisible ou endommagé. Enregistrez-le à nouveau en .xlsx.") from None
