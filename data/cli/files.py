"""Commands that take records in from a file, and give them back."""

import sys
from argparse import Namespace
from datetime import date
from pathlib import Path

from data.cli import Commands


def add(commands: Commands) -> None:
    give = commands.add_parser("import", help="import a CSV or XLSX file: all of it, or none")
    give.add_argument("kind", help="families, pupils, courses … (a wrong one lists them)")
    give.add_argument("file", type=Path)
    give.add_argument("--site", required=True, metavar="CODE")
    give.add_argument(
        "--mapping",
        type=Path,
        metavar="FILE.toml",
        help="[columns] ours = 'the title in the file'; [fixed]; erase; zeros",
    )
    give.add_argument("--dry-run", action="store_true", help="say what would change, write nothing")
    give.add_argument("--force", action="store_true", help="even if this very file was imported before")
    give.add_argument(
        "--accept", action="store_true", help="even with points to check (possible duplicates, pending requests)"
    )
    give.set_defaults(run=import_file)
    take = commands.add_parser("export", help="write the records of a kind, or “changes”, to a .csv or .xlsx file")
    take.add_argument("kind")
    take.add_argument("file", type=Path)
    take.add_argument("--site", required=True, metavar="CODE")
    take.add_argument(
        "--since", type=date.fromisoformat, metavar="2026-09-01", help="of “changes”: accepted since that day"
    )
    take.set_defaults(run=export_file)


def import_file(chosen: Namespace) -> None:
    from data.importing import command

    options = {"mapping": chosen.mapping, "dry_run": chosen.dry_run, "force": chosen.force, "accept": chosen.accept}
    sys.exit(command.import_file(chosen.kind, chosen.file, chosen.site, **options))


def export_file(chosen: Namespace) -> None:
    from data.importing import command

    sys.exit(command.export_file(chosen.kind, chosen.file, chosen.site, since=chosen.since))
