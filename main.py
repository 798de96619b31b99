"""The entry point: settings, pages, commands. `python main.py --help` lists them."""

import argparse
import logging
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(
        prog="main.py", description="Anacrouse, the portal between conservatoires and families"
    )
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("serve", help="serve the portal (brings the database up to date first)")
    demo = commands.add_parser("demo", help="fill an empty database with the demonstration")
    demo.add_argument("--families", type=int, default=0, metavar="N", help="that many families more")
    demo.add_argument("--anew", action="store_true", help="in the place of a demonstration, whatever was done in it")
    commands.add_parser("migrate", help="bring the database up to date")
    commands.add_parser("send-letters", help="send the letters that are due, once")
    commands.add_parser("rebuild", help="write again what families are found by, after changes made outside the portal")
    commands.add_parser("check", help="check settings, database and letters, and say what is wrong")
    site = commands.add_parser("create-site", help="make another conservatoire")
    site.add_argument("code", help="small letters, figures, hyphens: what its addresses and commands call it")
    site.add_argument("name", help="as families read it")
    staff = commands.add_parser("create-staff", help="make an account of the staff and print its first password")
    for name in ("site", "login", "name", "email"):
        staff.add_argument(f"--{name}", required=True)
    staff.add_argument("--role", choices=("responsable", "secretariat"), default="responsable")
    factor = commands.add_parser("reset-second-factor", help="take away the second factor of a lost telephone")
    for name in ("site", "login"):
        factor.add_argument(f"--{name}", required=True)
    commands.add_parser("new-key", help="go on without a lost key file: second factors are given up")
    copy = commands.add_parser("backup", help="copy the database and the files into a new folder")
    copy.add_argument("folder", nargs="?", default="var/backups", help="where the new folder is made (var/backups)")
    back = commands.add_parser("restore", help="put a copy back where there is nothing")
    back.add_argument("folder")
    back.add_argument("--verify", action="store_true", help="only try the copy, and say what is in it")
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
    take = commands.add_parser("export", help="write the records of a kind, or “changes”, to a .csv or .xlsx file")
    take.add_argument("kind")
    take.add_argument("file", type=Path)
    take.add_argument("--site", required=True, metavar="CODE")
    take.add_argument(
        "--since", type=date.fromisoformat, metavar="2026-09-01", help="of “changes”: accepted since that day"
    )
    chosen = parser.parse_args(arguments)
    {
        "create-site": lambda: create_site(chosen.code, chosen.name),
        "create-staff": lambda: create_staff(chosen),
        "reset-second-factor": lambda: reset_second_factor(chosen.site, chosen.login),
        "new-key": new_key,
        "backup": lambda: back_up(chosen.folder),
        "restore": lambda: restore(chosen.folder, verify=chosen.verify),
        "serve": serve,
        "demo": lambda: fill_demo(chosen.families, anew=chosen.anew),
        "migrate": migrate,
        "send-letters": send_letters,
        "rebuild": rebuild,
        "check": check,
        "import": lambda: import_file(chosen),
        "export": lambda: export_file(chosen),
    }[chosen.command]()


def serve() -> None:
    from components.nicegui_adapter import server
    from data import demo
    from data.access_grants import first_start
    from data.core.settings import settings
    from data.demo import renewal

    server.set_up_logging()
    with server.only_one():
        bring_up_to_date()
        if settings().demo:
            try:
                demo.fill()
            except demo.NotADemonstration as error:
                sys.exit(str(error))
            if text := renewal.renew():
                logging.getLogger("anacrouse").info(text)
        if not first_start.key_is_known():
            sys.exit(
                "The key file (or SECRET_KEY) is not the one this database was made with: put it back. Lost for good? "
                "python main.py new-key gives up second factors and passwords that wait in letters."
            )
        import_pages()
        server.run()


def bring_up_to_date() -> None:
    """The newest shape; a SQLite database that changes is copied first."""
    from data.core import schema
    from data.ops import backup

    if copy := backup.before_migration():
        logging.getLogger("anacrouse").info("the database as it was is kept in %s", copy)
    schema.upgrade()


def in_words(work: Callable[[], None]) -> None:
    """Run it; what is refused is told and stops the command."""
    from data.core.errors import UserError, ValidationErrors

    try:
        work()
    except ValidationErrors as invalid:
        sys.exit("\n".join(f"{name}: {error.message('en')}" for name, error in invalid.faults.items()))
    except UserError as error:
        sys.exit(error.message("en"))


def create_site(code: str, name: str) -> None:
    from data.access_grants import first_start

    bring_up_to_date()
    in_words(lambda: first_start.create_site(code, name))
    print(f"The site {code} is made. Now: python main.py create-staff --site {code} --login … --name … --email …")


def create_staff(chosen: argparse.Namespace) -> None:
    from data.access_grants import first_start

    bring_up_to_date()

    def make() -> None:
        word = first_start.create_staff(chosen.site, chosen.login, chosen.name, chosen.email, role=chosen.role)
        print(f"The account {chosen.login} is made. Its password, for {first_start.DAYS} days and one sign-in: {word}")

    in_words(make)


def reset_second_factor(site: str, login: str) -> None:
    from data.access_grants import first_start

    def reset() -> None:
        done = first_start.reset_factor(site, login)
        print("The second factor is gone." if done else "This account has no second factor, or does not exist.")

    in_words(reset)


def new_key() -> None:
    from data.access_grants import first_start

    first_start.key_is_known(accept=True)
    print("The present key is accepted.")


def back_up(folder: str) -> None:
    from pathlib import Path

    from data.core import clock
    from data.ops import backup

    try:
        made = backup.make(Path(folder), clock.now())
    except (backup.Impossible, OSError) as error:
        sys.exit(f"No copy was made: {error}")
    print(f"Copied to {made}. Keep the key file (or SECRET_KEY) too, apart from it.")


def restore(folder: str, *, verify: bool) -> None:
    from pathlib import Path

    from components.nicegui_adapter import server
    from data.ops import backup

    try:
        if verify:
            found = backup.restore(Path(folder), verify=True)
        else:
            with server.only_one():
                found = backup.restore(Path(folder))
    except (backup.Impossible, OSError) as error:
        sys.exit(f"Not restored: {error}")
    print("\n".join(found))


def rebuild() -> None:
    from data.core import database
    from data.families import models as families

    bring_up_to_date()
    database.table_classes()
    print(f"{families.find_anew()} records were found by something else than what they say now.")


def import_pages() -> None:
    """Every screen registers itself. The order does not matter."""
    import importlib
    import pkgutil

    import pages

    for module in pkgutil.walk_packages(pages.__path__, "pages."):
        importlib.import_module(module.name)


def fill_demo(families: int, *, anew: bool) -> None:
    from components.nicegui_adapter import server
    from data import demo
    from data.demo import renewal

    bring_up_to_date()
    try:
        if anew:
            with server.only_one():
                renewal.make_anew(families)
        made = anew or demo.fill(families)
    except demo.NotADemonstration as error:
        sys.exit(str(error))
    print("The demonstration is ready." if made else "The demonstration was there already.")


def migrate() -> None:
    from data.core import schema

    bring_up_to_date()
    print("The database is up to date:", schema.state()[0])


def send_letters() -> None:
    from data.core.settings import settings
    from data.mail import delivery

    if not settings().smtp_url:
        sys.exit("SMTP_URL is not set: letters wait in the outbox. See .env.example.")
    try:
        print(delivery.deliver(), "sent")
    except delivery.Unreachable as error:
        sys.exit(f"The mail server cannot be reached; the letters wait: {error}")


def import_file(chosen: argparse.Namespace) -> None:
    from data.importing import command

    options = {"mapping": chosen.mapping, "dry_run": chosen.dry_run, "force": chosen.force, "accept": chosen.accept}
    sys.exit(command.import_file(chosen.kind, chosen.file, chosen.site, **options))


def export_file(chosen: argparse.Namespace) -> None:
    from data.importing import command

    sys.exit(command.export_file(chosen.kind, chosen.file, chosen.site, since=chosen.since))


def check() -> None:
    from data.core import schema
    from data.core.settings import settings
    from data.mail import delivery

    now, newest = schema.state()
    waiting, age = delivery.waiting()
    print(
        "settings: good",
        f"database: {now} ({'up to date' if now == newest else f'run migrate to reach {newest}'})",
        f"letters: {waiting} waiting, the oldest for {age} s"
        + ("" if settings().smtp_url else " (SMTP_URL is not set)"),
        sep="\n",
    )
    sys.exit(0 if now == newest else 1)


if __name__ in {"__main__", "__mp_main__"}:
    logging.captureWarnings(True)
    main()
