"""What a page may load and run, as its Content-Security-Policy says it: no script but ours from this host, neither inline nor eval."""

import base64
import hashlib
from collections.abc import Iterable
from functools import lru_cache

HEADER = "content-security-policy"


def policy(https: bool, *, styles: Iterable[str] = ()) -> str:
    """`styles`: the texts of the style elements that the page holds, each named by its digest."""
    sockets = "" if https else " ws: wss:"
    allowed = " ".join(["'self'", *map(_digest, styles)])
    return (
        f"default-src 'self'; script-src 'self'; style-src {allowed}; img-src 'self' data: blob:; font-src 'self'; "
        f"connect-src 'self'{sockets}; manifest-src 'self'; worker-src 'self'; form-action 'self'; "
        "frame-ancestors 'none'; base-uri 'none'; object-src 'none'"
    )


def with_forms_to(policy: str, host: str) -> str:
    """The same for a page that leads to a bank: its form may go to that host too."""
    return policy.replace("form-action 'self'", f"form-action 'self' https://{host}")


@lru_cache(maxsize=400)
def _digest(style: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()}'"
