"""What surrounds every screen: name of the portal, menus, footer. A menu shows the screens that exist."""

from markupsafe import Markup

from components.layout import display_preferences
from components.ui import html
from components.ui.icons import LOGO, icon
from components.ui.markup import classes
from data.accounts.caller import Audience, Caller
from data.core import formats, sites
from data.core.i18n import LANGUAGES, Language, _, translate
from data.core.roles import Role
from data.core.sites import Site

ADDRESSES: dict[str, Audience] = {}  # path -> its audience, as @screen and @plain register them
FAMILY_MENU = (
    ("/", _("Accueil"), "home"),
    ("/famille", _("Famille"), "family"),
    ("/eleves", _("Élèves"), "pupils"),
    ("/facturation/cotisations", _("Facturation"), "billing"),
    ("/agenda", _("Agenda"), "calendar"),
    ("/accessibilite", _("Accessibilité"), "person"),
    ("/mot-de-passe", _("Mot de passe"), "key"),
)
STAFF_MENU = (
    ("/gestion/demandes", _("Demandes"), "check"),
    ("/gestion/reinscriptions", _("Réinscriptions"), "pupils"),
    ("/gestion/familles", _("Familles"), "family"),
    ("/gestion/imports", _("Imports"), "undo"),
    ("/gestion/courriels", _("Courriels"), "mail"),
    ("/gestion/journal", _("Journal"), "clock"),
    ("/gestion/reglages", _("Réglages"), "info"),
    ("/mot-de-passe", _("Mot de passe"), "key"),
)
FAMILY_MORE = (  # what « Plus » lists besides, on a phone; a wide screen leads there from the menu's own screens
    ("/papiers", _("Papiers"), "paper"),
    ("/mot-de-passe/courriers", _("Courriers"), "mail"),
    ("/mot-de-passe/donnees", _("Données"), "person"),
    ("/mot-de-passe#connexions", _("Connexions"), "phone"),
    ("/aide", _("Aide"), "info"),
    ("/aide#installer", _("Installer"), "down"),
)
IN_BAR = {
    *(href for href, _, _ in FAMILY_MENU[:4]),
    "/gestion/demandes",
    "/gestion/familles",
    "/gestion/courriels",
}  # on a phone
ROLES: dict[str, str] = {Role.OFFICE: _("Secrétariat"), Role.MANAGER: _("Responsable"), Role.FAMILY: ""}


def view_banner(caller: Caller, site: Site) -> Markup:
    """On every page seen as a family: whose it is, that nothing can be changed, until when; the way out is plain HTTP."""
    until = caller.signin.viewing_until if caller.signin else None
    text = caller.translate(
        "Vous voyez le portail comme {name}, sans pouvoir rien y changer, jusqu’à {hour}.",
        name=caller.account.name if caller.account else "",
        hour=formats.hour(until, site.zone, caller.language) if until else "",
    )
    leave = html.form(
        html.button(caller.translate("Quitter cette vue"), type="submit", class_="btn quiet small"),
        method="post",
        action="/gestion/familles/vue/fin",
        class_="as-link",
    )
    return html.p(icon("eye"), html.span(text)) + leave


def around(caller: Caller, site: Site, title: str, body: Markup, path: str) -> Markup:
    """The same header, menus and footer around a plain page, for somebody signed in; staff who look as a family see its."""
    caller = caller.facing(Audience.ACCOUNT)
    looking = (
        html.section(view_banner(caller, site), class_="looking", aria_label=caller.translate("Vue de la famille"))
        if caller.looking
        else None
    )
    menu = menu_of(caller)
    return html.div(html.div(html.header(header(caller, site, menu, path, "main"), class_="bar"),
            looking,
            html.main(html.div(head(title), body, class_="page"), id="cmain", tabindex="-1"),
            html.footer(footer(caller.language, site), class_="foot"),
            html.nav(phone_bar(caller, menu, path), class_="tabbar", aria_label=caller.translate("Menu principal")),
            class_="frame",
        ),
        id="app",
    )  # fmt: skip


def menu_of(caller: Caller) -> list[tuple[str, str, str]]:
    """(address, words, drawing) of the screens that exist and that this person may open."""
    entries = STAFF_MENU if caller.account and caller.account.is_staff else FAMILY_MENU
    return [each for each in entries if each[0] in ADDRESSES and caller.may_open(ADDRESSES[each[0]])]


def _more_of(caller: Caller, rest: list[tuple[str, str, str]]) -> list[tuple[str, str, str]]:
    """What « Plus » lists on a phone: the menu's other screens, « Agenda » first, and for a family those that lie under them."""
    if caller.account and caller.account.is_staff:
        return rest
    return [*rest[:1], *(each for each in FAMILY_MORE if each[0].partition("#")[0] in ADDRESSES), *rest[1:]]


def _is_current(path: str, href: str) -> bool:
    """Whether the menu's entry holds that screen: « /facturation/locations » is under « Facturation » too."""
    return path == href if href == "/" else path.startswith(href) or _under(path) == _under(href) not in {"", "gestion"}


def _under(path: str) -> str:
    return path.split("/")[1]


def _entry(
    caller: Caller,
    entry: tuple[str, str, str],
    path: str,
    *,
    drawn: bool = False,
    class_: str | None = None,
    exact: bool = False,
) -> Markup:
    href, label, drawing = entry
    current = path == href if exact else _is_current(path, href)
    return html.a(
        drawn and icon(drawing),
        caller.translate(label),
        href=href,
        class_=class_,
        aria_current="page" if current else None,
    )


def header(caller: Caller, site: Site, menu: list[tuple[str, str, str]], path: str, main_id: object) -> Markup:
    role = caller.translate(ROLES[caller.account.role]) if caller.account and ROLES[caller.account.role] else ""
    name = caller.account.name if caller.account else ""
    return (
        html.a(caller.translate("Aller au contenu"), href=f"#c{main_id}", class_="skip")
        + html.a(
            logo(site),
            html.span(site.name, html.small(f"{role} · {name}" if role else name)),
            class_="brand",
            href="/gestion" if caller.account and caller.account.is_staff else "/",
        )
        + display_preferences.opener(caller.language)
        + html.nav(
            _listed(*(_entry(caller, entry, path) for entry in menu), sign_out_button(caller)),
            class_="menu",
            aria_label=caller.translate("Menu principal"),
            data_whose=caller.account.id if caller.account else None,
        )
    )


def logo(site: Site | None) -> Markup:
    """The site's own, or the portal's mark."""
    if site is None or not site.logo:
        return LOGO
    return html.img(src=logo_address(site), alt="", class_="logo own", height=40)


def logo_address(site: Site) -> str:
    return f"/logo/{site.id}/{site.logo}.png"


def sign_out_button(caller: Caller, *, drawn: bool = False) -> Markup:
    """« Déconnexion » is sent by plain HTTP: it holds when the websocket is down."""
    return html.form(
        html.button(drawn and icon("out"), caller.translate("Déconnexion"), type="submit"),
        method="post",
        action="/deconnexion",
        class_="as-link",
    )


def phone_bar(caller: Caller, menu: list[tuple[str, str, str]], path: str) -> Markup:
    first = [entry for entry in menu if entry[0] in IN_BAR]
    rest = _more_of(caller, [entry for entry in menu if entry[0] not in IN_BAR])
    own = (
        path if path in {href for href, _, _ in rest} else ""
    )  # an entry of its own: the screen above it is not marked too
    more = html.div(
        html.nav(
            _listed(
                *(_entry(caller, entry, path, drawn=True, class_="of-bar") for entry in first[1:]),
                *(_entry(caller, entry, own or path, drawn=True, exact=bool(own)) for entry in rest),
                display_preferences.opener(caller.language),
                sign_out_button(caller, drawn=True),
            ),
            aria_label=caller.translate("Suite du menu"),
        ),
        id="more",
        popover=True,
        class_="more",
    )
    press = html.button(
        icon("more"),
        caller.translate("Plus"),
        type="button",
        popovertarget="more",
        class_=classes(any(_is_current(path, href) for href, _, _ in rest) and "current"),
    )
    return _listed(*(_entry(caller, entry, path, drawn=True) for entry in first), press) + more


def _listed(*entries: Markup) -> Markup:
    """A menu says how many entries it has."""
    return html.ul(html.li(entry) for entry in entries)


def footer(language: Language, site: Site | None = None) -> Markup:
    """The true state of accessibility (« non conforme » until an audit is entered), the legal pages, the language."""
    state = sites.accessibility(site) if site else sites.ACCESSIBILITY_STATES[0]
    other: Language = "en" if language == "fr" else "fr"
    return (
        html.a(translate("Accessibilité : {state}", language, state=translate(state, language)), href="/accessibilite")
        + html.a(translate("Aide", language), href="/aide")
        + html.a(translate("Plan du portail", language), href="/aide#plan")
        + html.a(translate("Données personnelles", language), href="/donnees-personnelles")
        + html.a(translate("Mentions légales", language), href="/mentions-legales")
        + html.form(
            html.button(LANGUAGES[other], type="submit", name="langue", value=other, lang=other),
            method="post",
            action="/langue",
            class_="as-link",
        )
    )


def head(title: str, under: object = "", aside: object = "", *, id_: str | None = None) -> Markup:
    """The screen's h1, what stands under it, what stands beside it."""
    return html.div(html.div(html.h1(title, id=id_), under and html.p(under)), aside, class_="head")


def way_back(text: str, href: str, **more: object) -> Markup:
    """The link above a title, to where one came from."""
    return html.a(icon("previous"), text, href=href, class_="link", **more)
