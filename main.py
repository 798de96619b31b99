"""The door: settings, pages, commands. `python main.py --help` lists them."""

import argparse
import logging
import sys
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
    commands.add_parser("migrate", help="bring the database up to date")
    commands.add_parser("send-letters", help="send the letters that are due, once")
    commands.add_parser("check", help="check settings, database and letters, and say what is wrong")
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
        "serve": serve,
        "demo": lambda: fill_demo(chosen.families),
        "migrate": migrate,
        "send-letters": send_letters,
        "check": check,
        "import": lambda: import_file(chosen),
        "export": lambda: export_file(chosen),
    }[chosen.command]()


def serve() -> None:
    from components import server
    from data import demo, schema
    from data.settings import settings

    server.set_up_logging()
    with server.only_one():
        schema.upgrade()
        if settings().demo:
            try:
                demo.fill()
            except demo.NotADemonstration as refused:
                sys.exit(str(refused))
        import_pages()
        server.run()


def import_pages() -> None:
    """Every screen registers itself. The order does not matter."""
    import importlib
    import pkgutil

    import pages

    for module in pkgutil.walk_packages(pages.__path__, "pages."):
        importlib.import_module(module.name)


def fill_demo(families: int) -> None:
    from data import demo, schema

    schema.upgrade()
    try:
        made = demo.fill(families)
    except demo.NotADemonstration as refused:
        sys.exit(str(refused))
    print("The demonstration is ready." if made else "The demonstration was there already.")


def migrate() -> None:
    from data import schema

    schema.upgrade()
    print("The database is up to date:", schema.state()[0])


def send_letters() -> None:
    from data import postman
    from data.settings import settings

    if not settings().smtp_url:
        sys.exit("SMTP_URL is not set: letters wait in the outbox. See .env.example.")
    try:
        print(postman.deliver(), "sent")
    except postman.Unreachable as refused:
        sys.exit(f"The mail server cannot be reached; the letters wait: {refused}")


def import_file(chosen: argparse.Namespace) -> None:
    from data.exchange import command

    options = {"mapping": chosen.mapping, "dry_run": chosen.dry_run, "force": chosen.force, "accept": chosen.accept}
    sys.exit(command.import_file(chosen.kind, chosen.file, chosen.site, **options))


def export_file(chosen: argparse.Namespace) -> None:
    from data.exchange import command

    sys.exit(command.export_file(chosen.kind, chosen.file, chosen.site, since=chosen.since))


def check() -> None:
    from data import postman, schema
    from data.settings import settings

    now, newest = schema.state()
    waiting, age = postman.waiting()
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
