"""The layout around a NiceGUI screen: header, main, footer and the phone's bar as static panels."""

from collections.abc import Iterator
from contextlib import contextmanager

from nicegui import ui

from components.layout import html_document
from components.layout.layout import footer, header, menu_of, phone_bar, view_banner
from components.nicegui_adapter.static_panel import StaticPanel
from data.accounts.caller import Caller
from data.core import sites
from data.core.unit_of_work import UnitOfWork


@contextmanager
def frame(uow: UnitOfWork, caller: Caller, title: str, path: str) -> Iterator[None]:
    """Header, the screen's own panels inside <main>, footer and the phone's bar. The page's title is the site's too."""
    site, client = sites.here(uow), ui.context.client
    client.title = f"{uow.translate(title)} – {site.name}"
    client.storage["style"] = html_document.site_style(site)
    client.storage["language"], client.storage["signed_in"] = uow.language, caller.account is not None
    layout, main = client.layout, client.content.parent_slot.parent  # type: ignore[union-attr]
    for element, name in ((layout, "div"), (client.page_container, "div"), (main, "main"), (client.content, "div")):
        element.tag = name
        element.classes.clear()
        element.props.clear()
    layout.classes("frame")
    main.props["tabindex"] = "-1"
    client.content.classes("page wide" if path.startswith("/gestion") else "page")
    menu = menu_of(caller)
    with layout:
        StaticPanel(header(caller, site, menu, path, main.id), tag="header", classes="bar")
        layout.default_slot.children.insert(0, layout.default_slot.children.pop())
        if caller.looking:
            StaticPanel(view_banner(caller, site), tag="section", classes="looking").props["aria-label"] = (
                uow.translate("Vue de la famille")
            )
            layout.default_slot.children.insert(1, layout.default_slot.children.pop())
    yield
    with layout:
        StaticPanel(footer(uow.language, site), tag="footer", classes="foot wide" if uow.is_staff else "foot")
        StaticPanel(phone_bar(caller, menu, path), tag="nav", classes="tabbar").props["aria-label"] = uow.translate(
            "Menu principal"
        )
