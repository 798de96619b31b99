"""The door: settings, pages, commands. `python main.py --help` lists them."""

import argparse
import logging
import sys


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
    chosen = parser.parse_args(arguments)
    {
        "serve": serve,
        "demo": lambda: fill_demo(chosen.families),
        "migrate": migrate,
        "send-letters": send_letters,
        "check": check,
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
