"""The layout of plain pages, Connexion and its sisters: they work without script and without websocket."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup
from starlette.responses import HTMLResponse

from components.assets.sheets import Sheet
from components.layout import display_preferences, html_document, layout
from components.ui import html
from components.ui.icons import STAVE, icon
from components.ui.markup import Content, classes, join
from data.accounts.caller import Caller
from data.core import sites
from data.core.errors import NotFound
from data.core.i18n import Language, pair, translate
from data.core.sites import Site


@dataclass(frozen=True)
class Frame:
    """Around the card of a plain page."""

    broad: bool = False
    bare: bool = False  # the page has the choices of « Affichage » itself
    under: Markup | None = None  # below the card
    sheet: Sheet = Sheet.FAMILY


def plain_page(
    title: str,
    body: Markup,
    *,
    language: Language,
    site: Site | None = None,
    status: int = 200,
    ahead: Iterable[str] = (),
    frame: Frame = Frame(),
) -> HTMLResponse:
    """A whole page, a card in its middle. `ahead`: addresses fetched while the person types."""
    name = site.name if site else translate("Portail des usagers", language)
    brand = html.div(
        layout.logo(site),
        html.span(name, site and html.small(translate("Portail des usagers", language))),
        class_="brand",
    )
    body = html.div(
        brand,
        html.div(html.h1(title), body, class_="card"),
        frame.under,
        class_=classes("plain-body", frame.broad and "broad"),
    )
    page = html.div(
        html.a(translate("Aller au contenu", language), href="#main", class_="skip"),
        None if frame.bare else html.header(display_preferences.opener(language), class_="plain-head"),
        html.main(None if frame.broad else STAVE, body, id="main", tabindex="-1"),
        html.footer(layout.footer(language, site), class_="foot"),
        class_="plain-layout",
    )
    heading = translate("Erreur : {title}", language, title=title) if 400 <= status < 500 else title
    return html_document.page(
        f"{heading} – {name}", page, language=language, status=status, ahead=ahead, site=site, sheet=frame.sheet
    )


def account_page(
    caller: Caller, title: str, body: Markup, path: str, *, scripts: Markup = Markup(), status: int = 200
) -> HTMLResponse:
    """A plain page within the menus of whoever is signed in; NotFound for a stranger."""
    site = sites.known(caller.account.site_id if caller.account else None)
    if site is None:
        raise NotFound("site")
    return html_document.page(
        f"{title} – {site.name}",
        layout.around(caller, site, title, body, path) + scripts,
        language=caller.language,
        site=site,
        status=status,
        sheet=_sheet_of(caller),
    )


def _sheet_of(caller: Caller) -> Sheet:
    return Sheet.OFFICE if caller.account and caller.account.is_staff else Sheet.FAMILY


def public_page(
    caller: Caller, title: str, body: Markup, *, path: str, site: Site | None, bare: bool = False
) -> HTMLResponse:
    """A page that everybody may read: within the menus for somebody signed in, on its own record for a stranger."""
    if caller.account and site and not caller.account.must_change:
        return html_document.page(
            f"{title} – {site.name}",
            layout.around(caller, site, title, html.div(body, class_="card"), path),
            language=caller.language,
            site=site,
            sheet=Sheet.WHOLE if bare else _sheet_of(caller),
        )
    back = html.p(html.a(caller.translate("Retour à la connexion"), href="/connexion", class_="way-back"))
    frame = Frame(broad=True, bare=bare, sheet=Sheet.WHOLE if bare else Sheet.FAMILY)
    return plain_page(title, join([body, back]), language=caller.language, site=site, frame=frame)


def entry(
    label: str,
    name: str,
    *,
    value: str = "",
    fault: str = "",
    hint: str = "",
    extra: Markup | None = None,
    language: Language = "fr",
    **attributes: object,
) -> Markup:
    """A labelled field of a plain form, its fault beside it; `described_by`: the message elsewhere that speaks of it;
    `exact`: phones and browsers leave what is typed as it is."""
    attributes.setdefault("type", "text")
    described_by = str(attributes.pop("described_by", ""))
    if attributes.pop("exact", False):
        attributes |= {"autocapitalize": "none", "spellcheck": "false"}
    required = translate("(obligatoire)", language) if attributes.get("required") else ""
    described = " ".join(filter(None, [f"{name}-hint" if hint else "", f"{name}-fault" if fault else "", described_by]))
    field = html.input(
        id=name,
        name=name,
        value=value,
        aria_describedby=described or None,
        aria_invalid="true" if fault or described_by else None,
        **attributes,
    )
    return html.div(
        html.label(label, required and html.span(" ", required), for_=name),
        html.div(field, extra, class_="with-button") if extra else field,
        hint and html.span(hint, id=f"{name}-hint", class_="hint"),
        fault and html.p(icon("alert"), html.span(fault), id=f"{name}-fault", class_="fault"),
        class_=classes("field", fault and "faulty"),
    )


def user_name(
    label: str, value: str, fault: str, language: Language, *, autofocus: bool = False, described_by: str = ""
) -> Markup:
    """The field « Identifiant », as password managers know it."""
    return entry(
        label,
        "identifiant",
        value=value,
        fault=fault,
        autocomplete="username",
        exact=True,
        maxlength=200,
        required=True,
        autofocus=autofocus,
        language=language,
        described_by=described_by,
    )


def own_email(label: str, value: str, fault: str, language: Language) -> Markup:
    """The field « E-mail » of whoever asks."""
    return entry(
        label,
        "email",
        value=value,
        fault=fault,
        autocomplete="email",
        inputmode="email",
        exact=True,
        maxlength=254,
        required=True,
        language=language,
    )


def asking_form(*fields: Content, button: str, action: str) -> Markup:
    """A form of plain HTTP: its fields, one under the other, and its button."""
    return html.form(
        fields,
        html.button(button, class_="btn", type="submit"),
        method="post",
        action=action,
        novalidate=True,
        class_="stack-form",
    )


def password(label: str, name: str, language: Language, **more: Any) -> Markup:
    """A password's field with « Afficher », which appears with the script."""
    show, hide = translate("Afficher", language), translate("Masquer", language)
    button = html.button(
        show,
        type="button",
        class_="btn quiet",
        data_shows=name,
        data_show=show,
        data_hide=hide,
        hidden=True,
        aria_label=pair(show, label, language),
        data_show_label=pair(show, label, language),
        data_hide_label=pair(hide, label, language),
    )
    return entry(label, name, type="password", extra=button, maxlength=256, required=True, language=language, **more)


def message(text: str, language: Language, *, focus: str = "") -> Markup:
    """A message closed with « OK »: a dialog that is open without script too; the focus then goes to `focus`."""
    return html.dialog(
        html.p(text, id="message-text"),
        html.form(html.button(translate("OK", language), class_="btn", autofocus=True), method="dialog"),
        class_="message",
        open=True,
        data_now=focus,
        aria_labelledby="message-text",
    )


def alert(text: str, *, id_: str | None = None) -> Markup:
    return _notice(text, "alert", "bad", "alert", id_)


def success(text: str) -> Markup:
    return _notice(text, "check", "good", "status")


def info(text: str) -> Markup:
    """What is neither done nor wrong: a session is over."""
    return _notice(text, "info", None, "status")


def _notice(text: str, drawing: str, look: str | None, role: str, id_: str | None = None) -> Markup:
    """Nothing without a text."""
    shown = html.div(icon(drawing), html.p(text), class_=classes("notice", look), role=role, id=id_)
    return shown if text else Markup("")
