"""What the tests need beside Python: Chromium and PostgreSQL, from Debian's packages. Says what to install where apt may not."""

import glob
import os
import shutil
import subprocess
import sys


def chromium() -> str:
    """Without windows to draw it takes a third less."""
    return shutil.which("chromium-headless-shell") or shutil.which("chromium") or ""


NEEDED = {
    "chromium-headless-shell": chromium,
    "postgresql": lambda: glob.glob("/usr/lib/postgresql/*/bin/initdb") or shutil.which("initdb"),
    "poppler-utils": lambda: shutil.which("pdftotext"),
}


def main() -> None:
    missing = [package for package, found in NEEDED.items() if not found()]
    if not missing:
        return
    advice = f"The tests need {', '.join(missing)}: apt-get install --no-install-recommends {' '.join(missing)}"
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        sys.exit(advice)
    print(advice)
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in (
        ["apt-get", "update", "-qq"],
        ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *missing],
    ):
        if subprocess.run(command, env=quiet, stdout=subprocess.DEVNULL, check=False).returncode:
            sys.exit(f"{' '.join(command)} failed. {advice}")


if __name__ == "__main__":
    main()
