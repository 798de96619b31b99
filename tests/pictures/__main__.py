"""`python -m tests.pictures [aide | WORD …]`: all pictures, those of « Aide », or those of docs/screens that begin with a word."""

import shutil
import sys

from tests.conftest import FOLDER
from tests.pictures import help as guide
from tests.pictures import screens
from tests.pictures.camera import demonstration


def main() -> None:
    wanted = sys.argv[1:]
    try:
        if not wanted or wanted == ["aide"]:
            with demonstration() as (browser, server):
                guide.draw(browser, server)
        if wanted != ["aide"]:
            with demonstration() as (browser, server):  # started anew: it shows the pictures above
                screens.draw(browser, server, wanted)
    finally:
        shutil.rmtree(FOLDER, ignore_errors=True)


if __name__ == "__main__":
    main()
