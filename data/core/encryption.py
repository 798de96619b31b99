"""What is kept or handed out but must not be read: encrypted with a key of its own purpose (data/core/settings.py)."""

from base64 import urlsafe_b64encode

from cryptography.fernet import Fernet, InvalidToken

from data.core import clock
from data.core.settings import key


class CannotDecrypt(ValueError):
    """Not ours, too old, or encrypted with another key."""


def encrypt(purpose: str, text: str) -> str:
    return _of(purpose).encrypt_at_time(text.encode(), int(clock.now().timestamp())).decode()


def decrypt(purpose: str, encrypted: str, *, seconds: int | None = None) -> str:
    """What was encrypted, at most `seconds` ago."""
    try:
        if seconds is None:
            return _of(purpose).decrypt(encrypted.encode()).decode()
        return _of(purpose).decrypt_at_time(encrypted.encode(), seconds, int(clock.now().timestamp())).decode()
    except (InvalidToken, UnicodeError) as error:
        raise CannotDecrypt(f"not to be read with this key: {purpose}") from error


def _of(purpose: str) -> Fernet:
    return Fernet(urlsafe_b64encode(key(purpose)))
