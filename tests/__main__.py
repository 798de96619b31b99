"""`python -m tests`: every part in a process of its own, because a browser's loop and the others' do not share one."""

import subprocess
import sys
import time

PARTS = (
    ("house and data", ["tests/data", "tests/test_house.py", "tests/test_translations.py"]),
    ("web", ["tests/web"]),
    ("browser", ["tests/browser"]),
)


def main() -> None:
    failed = []
    for name, paths in PARTS:
        began = time.monotonic()
        print(f"== {name}", flush=True)
        code = subprocess.run([sys.executable, "-m", "pytest", *paths, *sys.argv[1:]], check=False).returncode
        print(f"== {name}: {time.monotonic() - began:.0f} s", flush=True)
        if code:
            failed.append(name)
    if failed:
        sys.exit(f"failed: {', '.join(failed)}")


if __name__ == "__main__":
    main()
