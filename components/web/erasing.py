"""What a browser is told to erase: its copies of pages, their keys, its worker (components/assets/theme/offline_*.js)."""

from starlette.responses import Response

from components.web.auth import cookie_name
from data.core.settings import settings

COPY = "hors_ligne"  # the cookie of a device that keeps pages


def forget_copy(response: Response) -> None:
    """The choice is over; the worker erases what it keeps when it hears so."""
    response.delete_cookie(cookie_name(COPY), secure=settings().https, httponly=True)


def erase_device(response: Response) -> None:
    """All that this site left in the browser goes with this answer."""
    forget_copy(response)
    response.headers["clear-site-data"] = '"cache", "storage"'
