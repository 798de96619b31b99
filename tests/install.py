"""What the tests need beside Python, from Debian's packages: Chromium and PostgreSQL; `install.py browsers`: Firefox and WebKitGTK;
`install.py cluster`: Caddy.

Says what to install where apt may not."""

import glob
import os
import shutil
import subprocess
import sys
from collections.abc import Callable


def chromium() -> str:
    """Without windows to draw it takes a third less."""
    return shutil.which("chromium-headless-shell") or shutil.which("chromium") or ""


Needed = dict[str, Callable[[], object]]
NEEDED: Needed = {
    "chromium-headless-shell": chromium,
    "postgresql": lambda: glob.glob("/usr/lib/postgresql/*/bin/initdb") or shutil.which("initdb"),
    "poppler-utils": lambda: shutil.which("pdftotext"),
}


BROWSERS: Needed = {
    "firefox-esr": lambda: shutil.which("firefox-esr"),
    "webkit2gtk-driver": lambda: shutil.which("WebKitWebDriver"),
    "xvfb": lambda: shutil.which("Xvfb"),
}


CLUSTER: Needed = {"caddy": lambda: shutil.which("caddy")}


def missing(needed: Needed) -> list[str]:
    return [package for package, found in needed.items() if not found()]


def advice(packages: list[str]) -> str:
    return f"The tests need {', '.join(packages)}: apt-get install --no-install-recommends {' '.join(packages)}"


def main(needed: Needed) -> None:
    lacking = missing(needed)
    if not lacking:
        return
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        sys.exit(advice(lacking))
    print(advice(lacking))
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in (
        ["apt-get", "update", "-qq"],
        ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *lacking],
    ):
        if subprocess.run(command, env=quiet, stdout=subprocess.DEVNULL, check=False).returncode:
            sys.exit(f"{' '.join(command)} failed. {advice(lacking)}")


if __name__ == "__main__":
    main({**NEEDED, **(BROWSERS if "browsers" in sys.argv else {}), **(CLUSTER if "cluster" in sys.argv else {})})
