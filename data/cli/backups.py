"""Commands that copy everything, and put it back."""

import sys
from argparse import Namespace
from pathlib import Path

from data.cli import Commands


def add(commands: Commands) -> None:
    copy = commands.add_parser("backup", help="copy the database and the files into a new folder")
    copy.add_argument("folder", nargs="?", default="var/backups", help="where the new folder is made (var/backups)")
    copy.set_defaults(run=back_up)
    back = commands.add_parser("restore", help="put a copy back where there is nothing")
    back.add_argument("folder")
    back.add_argument("--verify", action="store_true", help="only try the copy, and say what is in it")
    back.set_defaults(run=restore, makes_database=True)


def back_up(chosen: Namespace) -> None:
    from data.core import clock
    from data.ops import backup

    try:
        made = backup.make(Path(chosen.folder), clock.now())
    except (backup.Impossible, OSError) as error:
        sys.exit(f"No copy was made: {error}")
    print(f"Copied to {made}. Keep the key file (or SECRET_KEY) too, apart from it.")


def restore(chosen: Namespace) -> None:
    from data.ops import backup
    from data.ops.single_process import only_one

    try:
        if chosen.verify:
            found = backup.restore(Path(chosen.folder), verify=True)
        else:
            with only_one():
                found = backup.restore(Path(chosen.folder))
    except (backup.Impossible, OSError) as error:
        sys.exit(f"Not restored: {error}")
    print("\n".join(found))
