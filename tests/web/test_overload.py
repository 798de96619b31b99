"""No place in a queue: nobody's fault, wherever it happens and whatever queue it is."""

import asyncio

import pytest
from nicegui import app
from starlette.responses import Response

from components.nicegui_adapter.screens import plain
from data.accounts import passwords
from data.accounts.caller import Audience
from data.uploads import validation
from tests.web.nicegui_pages import request_of


@pytest.mark.parametrize(
    ("fault", "text", "seconds"),
    [
        (validation.refusal("occupe"), "Votre fichier n’est pas en cause", "5"),
        (passwords.Busy(), "Réessayez dans une minute", "60"),
    ],
)
def test_a_full_queue_is_reported_as_such_and_says_when_to_come_back(
    database: str, fault: Exception, text: str, seconds: str
) -> None:
    def answer(*_: object) -> Response:
        raise fault

    path = f"/full/{type(fault).__module__}"
    plain(path, Audience.ANYONE)(answer)
    route = next(each for each in app.routes if getattr(each, "path", "") == path)
    response = asyncio.run(route.endpoint(request_of(path)))  # type: ignore[attr-defined]
    app.routes.remove(route)
    assert (response.status_code, response.headers["retry-after"]) == (503, seconds)
    page = bytes(response.body).decode()
    assert "Service très sollicité" in page
    assert text in page.replace("\xa0", " ")
