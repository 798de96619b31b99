"""Commands of every day: the demonstration, the database's shape, letters that are due, the state of things."""

import logging
import signal
import sys
from argparse import Namespace
from contextlib import suppress

from data.cli import Commands


def add(commands: Commands) -> None:
    demo = commands.add_parser("demo", help="fill an empty database with the demonstration")
    demo.add_argument("--families", type=int, default=0, metavar="N", help="that many families more")
    demo.add_argument("--anew", action="store_true", help="in the place of a demonstration, whatever was done in it")
    demo.set_defaults(run=fill_demo, makes_database=True)
    migrating = commands.add_parser("migrate", help="bring the database up to date")
    migrating.set_defaults(run=migrate, makes_database=True)
    commands.add_parser("send-letters", help="send the letters that are due, once").set_defaults(run=send_letters)
    commands.add_parser(
        "rebuild", help="write again what families are found by, after changes made outside the portal"
    ).set_defaults(run=rebuild)
    forget = commands.add_parser("forget", help="erase what has had its time, as the portal does by itself once a day")
    forget.add_argument(
        "--dry-run", action="store_true", help="say what would be erased, how many, since when; erase nothing"
    )
    forget.set_defaults(run=forget_old)
    commands.add_parser(
        "check", help="check settings, database, disks and letters, and say what is wrong"
    ).set_defaults(run=check)


def tell_database(*, may_be_made: bool) -> None:
    """Name the database before anything is done to it; SystemExit where a command that wants a filled one finds none."""
    from data.core import database, schema

    print(f"Database: {database.name()}", file=sys.stderr)
    if may_be_made:
        return
    file = database.file()
    missing = file is not None and not file.is_file()
    empty = not missing and file is not None and not file.stat().st_size
    if not missing and not empty:
        with suppress(database.Fault):  # what it suffers from is the command's to tell
            empty = schema.state()[0] is None
    if missing or empty:
        sys.exit(
            f"{'It is not there' if missing else 'It is empty'}: set DATABASE_URL to the right one. "
            "To make one: migrate (without anybody), demo (with invented people), restore (from a copy)."
        )


def bring_up_to_date() -> None:
    """The newest shape; a SQLite database that changes is copied first."""
    from data.core import schema
    from data.ops import backup

    if copy := backup.before_migration():
        logging.getLogger("anacrouse").info("the database as it was is kept in %s", copy)
    schema.upgrade()


def fill_demo(chosen: Namespace) -> None:
    from data import demo
    from data.demo import renewal
    from data.ops.single_process import only_one

    bring_up_to_date()
    try:
        if chosen.anew:
            with only_one():
                renewal.make_anew(chosen.families)
        made = chosen.anew or demo.fill(chosen.families)
    except demo.NotADemonstration as error:
        sys.exit(str(error))
    print("The demonstration is ready." if made else "The demonstration was there already.")


def migrate(_chosen: Namespace) -> None:
    from data.core import schema

    bring_up_to_date()
    print("The database is up to date:", schema.state()[0])


def send_letters(_chosen: Namespace) -> None:
    from data.core import stopping
    from data.core.settings import settings
    from data.mail import delivery

    if not settings().smtp_url:
        sys.exit("SMTP_URL is not set: letters wait in the outbox. See .env.example.")
    signal.signal(signal.SIGTERM, lambda *_: stopping.begin())  # the letter under way is the last
    try:
        print(delivery.deliver(), "sent")
    except delivery.Unreachable as error:
        sys.exit(f"The mail server cannot be reached; the letters wait: {error}")


def rebuild(_chosen: Namespace) -> None:
    from data.core import database
    from data.families import models as families

    bring_up_to_date()
    database.table_classes()
    print(f"{families.find_anew()} records were found by something else than what they say now.")


def forget_old(chosen: Namespace) -> None:
    from data.core import formats, schema
    from data.core.i18n import translate
    from data.privacy import retention

    now, newest = schema.state()
    if now != newest:
        sys.exit("The database is not up to date: python main.py migrate")
    for site, forecasts in retention.everywhere():
        print(f"{site.name} ({site.code})")
        for each in forecasts:
            since = f" since {formats.day(each.oldest.date())}" if each.oldest else ""
            name, duration = translate(each.record.label, "en"), each.record.duration(site, "en")
            print(f"  {name}: {each.due} to erase of {each.held}{since} (kept {duration})")
    print("Nothing was erased." if chosen.dry_run else f"{retention.sweep()} erased.")


def check(_chosen: Namespace) -> None:
    from data.core import file_store, schema
    from data.core.settings import settings
    from data.mail import delivery
    from data.ops import health

    health.examine()
    wrong, unwritable, free = health.database_fault(), file_store.fault(), health.free_bytes()
    print(
        "settings: good",
        f"database: {wrong or f'{schema.state()[0]} (up to date, read whole, written)'}",
        f"files: {unwritable or 'written'}",
        f"disk: {free // 1024**2} MB free"
        + ("" if free > health.LEAST_FREE else f", less than {health.LEAST_FREE // 1024**2}"),
        sep="\n",
    )
    if wrong:
        sys.exit(1)
    waiting, age = delivery.waiting()
    without = "" if settings().smtp_url else " (SMTP_URL is not set)"
    print(f"letters: {waiting} waiting, the oldest for {age} s{without}")
    sys.exit(1 if unwritable or free <= health.LEAST_FREE else 0)
