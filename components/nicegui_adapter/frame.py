"""The layout around a NiceGUI screen: header, main, footer and the phone's bar as static panels."""

from collections.abc import Iterator
from contextlib import contextmanager

from nicegui import Client, ui
from nicegui.element import Element

from components.assets.sheets import Sheet
from components.layout import html_document
from components.layout.layout import footer, header, menu_of, phone_bar, view_banner
from components.nicegui_adapter.static_panel import StaticPanel
from data.accounts.caller import Caller
from data.core import sites
from data.core.unit_of_work import UnitOfWork


@contextmanager
def frame(uow: UnitOfWork, caller: Caller, title: str, path: str) -> Iterator[None]:
    """Header, the screen's own panels inside <main>, footer and the phone's bar."""
    site, client = sites.here(uow), ui.context.client
    client.storage["of_site"] = html_document.of_site(site, uow.language)
    client.storage["language"], client.storage["signed_in"] = uow.language, caller.account is not None
    client.storage["account"] = uow.account_id
    client.storage["sheet"] = Sheet.OFFICE if uow.is_staff else Sheet.FAMILY
    layout, main = client.layout, make_plain(client)
    layout.classes("frame")
    main.props["tabindex"] = "-1"
    client.content.classes("page wide" if path.startswith("/gestion") else "page")
    menu = menu_of(caller)
    with layout:
        StaticPanel(header(caller, site, menu, path, main.id), tag="header", classes="bar")
        put_last_at(layout, 0)
        if caller.looking:
            StaticPanel(view_banner(caller, site), tag="section", classes="looking").props["aria-label"] = (
                uow.translate("Vue de la famille")
            )
            put_last_at(layout, 1)
    yield
    with layout:
        StaticPanel(footer(uow.language, site), tag="footer", classes="foot wide" if uow.is_staff else "foot")
        StaticPanel(phone_bar(caller, menu, path), tag="nav", classes="tabbar").props["aria-label"] = uow.translate(
            "Menu principal"
        )


def name(uow: UnitOfWork, title: str, about: str) -> None:
    """« Cours – Irina Aubry – Conservatoire de Valmont »: one tab, one history's entry is told from another."""
    parts = (uow.translate(title), about, sites.here(uow).name)
    ui.context.client.title = " – ".join(filter(None, parts))


def make_plain(client: Client) -> Element:
    """Quasar's layout, page container and page, and NiceGUI's content in them, become plain tags; the one that is <main>."""
    main = client.content.parent_slot.parent  # type: ignore[union-attr]
    for element, name in (
        (client.layout, "div"),
        (client.page_container, "div"),
        (main, "main"),
        (client.content, "div"),
    ):
        element.tag = name
        element.classes.clear()
        element.props.clear()
    return main


def put_last_at(parent: Element, place: int) -> None:
    """The child made last stands there among its sisters."""
    children = parent.default_slot.children
    children.insert(place, children.pop())
