"""The entry point: pages, commands. `python main.py --help` lists them; data/cli/ has one function for each but `serve`."""

import argparse
import gc
import importlib
import logging
import pkgutil
import sys

from data.cli import accounts, backups, files, operation
from data.core import workers


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(
        prog="main.py", description="Anacrouse, the portal between conservatoires and families"
    )
    commands = parser.add_subparsers(dest="command", required=True)
    serving = commands.add_parser("serve", help="serve the portal (brings the database up to date first)")
    # one of WORKERS, begun by that process
    serving.add_argument("--worker-of", type=int, default=0, help=argparse.SUPPRESS)
    serving.set_defaults(run=serve)
    for part in (operation, accounts, backups, files):
        part.add(commands)
    parser.set_defaults(makes_database=False)
    chosen = parser.parse_args(arguments)
    try:
        if chosen.run is not serve:
            operation.tell_database(may_be_made=chosen.makes_database)
        chosen.run(chosen)
    except Exception as fault:
        from data.cli import faults

        if not (sentence := faults.sentence(fault)):
            raise
        sys.exit(sentence)


def serve(chosen: argparse.Namespace) -> None:
    gc.disable()  # what a start makes stays: looking through it again and again is a quarter of its work; `start` enables it
    from data.core.settings import settings

    if settings().workers > 1 and not chosen.worker_of:
        serve_by_several(settings().workers)
        return
    from components.nicegui_adapter import server, socket_ownership
    from components.web import logs
    from data.ops.single_process import only_one

    if chosen.worker_of:
        workers.end_with(chosen.worker_of)
    logs.set_up(socket_ownership.OneLine())
    with only_one():
        prepare_database(with_demonstration=not chosen.worker_of)
        import_pages()
        server.run()


def serve_by_several(count: int) -> None:
    """This process begins the others and watches them; it has no pages."""
    from components.web import logs
    from data.ops import supervisor

    gc.enable()
    logs.set_up()
    prepare_database(with_demonstration=True)
    sys.exit(supervisor.serve(count))


def prepare_database(*, with_demonstration: bool) -> None:
    """The newest shape; the demonstration, where it is wanted; SystemExit where the key is another's."""
    from data import demo
    from data.access_grants import first_start
    from data.core.settings import settings
    from data.demo import renewal

    operation.bring_up_to_date()
    if settings().demo and with_demonstration:
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


def import_pages() -> None:
    """Every screen registers itself. The order does not matter."""
    import pages

    for module in pkgutil.walk_packages(pages.__path__, "pages."):
        importlib.import_module(module.name)


if __name__ in {"__main__", "__mp_main__"}:
    logging.captureWarnings(True)
    try:
        main()
    except KeyboardInterrupt:  # Ctrl-C, and `make dev` before it starts anew
        sys.exit(130)
