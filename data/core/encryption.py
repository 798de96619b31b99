"""What is kept or handed out but must not be read: sealed with a key of its own purpose (data/core/settings.py)."""

from base64 import urlsafe_b64encode

from cryptography.fernet import Fernet, InvalidToken

from data.core import clock
from data.core.settings import key


class Broken(ValueError):
    """Not ours, too old, or sealed with another key."""


def seal(purpose: str, text: str) -> str:
    return _of(purpose).encrypt_at_time(text.encode(), int(clock.now().timestamp())).decode()


def unseal(purpose: str, sealed: str, *, seconds: int | None = None) -> str:
    """What was sealed, at most `seconds` ago."""
    try:
        if seconds is None:
            return _of(purpose).decrypt(sealed.encode()).decode()
        return _of(purpose).decrypt_at_time(sealed.encode(), seconds, int(clock.now().timestamp())).decode()
    except (InvalidToken, UnicodeError) as refused:
        raise Broken(purpose) from refused


def _of(purpose: str) -> Fernet:
    return Fernet(urlsafe_b64encode(key(purpose)))
