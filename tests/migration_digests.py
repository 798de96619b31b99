"""What each migration said when it came: databases were made by it, and are no more made anew. `make digests` adds the new ones.

The line that says after which one it comes is left out: until a release, two lines of work may be put one after the other.
"""

import hashlib
import re
from pathlib import Path

from data.core import schema

LIST = Path(__file__).parent / "data" / "migrations.sha256"


def digests() -> dict[str, str]:
    """File -> the digest of what it says now."""
    return {path.name: _digest(path) for path in sorted((schema.FOLDER / "versions").glob("*.py"))}


def kept() -> dict[str, str]:
    lines = LIST.read_text(encoding="utf-8").splitlines() if LIST.exists() else []
    return {name: digest for digest, name in (line.split() for line in lines)}


def _digest(path: Path) -> str:
    text = re.sub(r"(?m)^down_revision\b.*$", "", path.read_text(encoding="utf-8"))
    return hashlib.sha256(text.encode()).hexdigest()


if __name__ == "__main__":
    found = digests() | kept()  # what is kept stays
    LIST.write_text("".join(f"{digest}  {name}\n" for name, digest in sorted(found.items())), encoding="utf-8")
