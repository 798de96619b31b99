"""The look a person chose, on every page: attributes of <html>, written by the server, so that the first paint is right."""

from collections.abc import Mapping
from contextvars import ContextVar
from types import MappingProxyType

from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import Response

from components.assets.serving import FONT, HAS_FONT, url
from components.ui import html
from components.ui.icons import icon
from data.accounts.display_preferences import CHOICES, MODE, Choice, DisplayPreferences, read, write
from data.accounts.models import Account
from data.core.i18n import LANGUAGES, Language, _, translate

COOKIE, YEAR = "confort", 365 * 86400
NEW = "~"  # after what a stranger chose: it becomes the account's when they sign in
_current: ContextVar[DisplayPreferences] = ContextVar(
    "display_preferences", default=MappingProxyType({})
)  # of the request being answered


_font = ContextVar("the font that this browser says it has", default="")


def has_font() -> bool:
    """A first page does not wait for our font, nor does anything move when it comes: it is worn from the next page on, once
    plain.js has fetched it, with a cookie that says so."""
    return _font.get() == url(FONT)


def activate(request: Request, account: Account | None = None) -> None:
    """What the pages of this request wear: the account's choice, the device's when the account has none."""
    _font.set(request.cookies.get(HAS_FONT, "")[:100])
    stored = account.comfort if account else None
    _current.set(read(request.cookies.get(COOKIE, "")[:300]) if stored is None else stored)


def current() -> DisplayPreferences:
    return _current.get()


def attributes() -> dict[str, str]:
    """For <html>."""
    return {f"data_{name}": value for name, value in current().items()}


def newly_chosen(request: Request) -> DisplayPreferences | None:
    """What was chosen on this device before signing in; None when nothing was."""
    text = request.cookies.get(COOKIE, "")
    return read(text) if text.endswith(NEW) else None


def keep_on_device(response: Response, preferences: DisplayPreferences, *, new: bool = False) -> None:
    """The server alone reads it."""
    text = write(preferences) + (f".{NEW}" if new else "")
    response.set_cookie(COOKIE, text, max_age=YEAR, samesite="lax", httponly=True)


def opener(language: Language, *, class_: str = "quick") -> Markup:
    """The quick button: without script a link to the page, with it the choices open over the screen."""
    return html.a(
        icon("eye"),
        translate("Affichage", language),
        href="/accessibilite",
        class_=class_,
        data_opens_preferences=True,
    )


def form(language: Language) -> Markup:
    """Every choice. With script each acts at once; without, « Appliquer » sends them."""
    now, on = current(), all(current().get(name) == value for name, value in MODE.items())
    mode = "&".join(f"{name}={value}" for name, value in MODE.items())
    return html.form(
        html.div(
            html.button(
                translate(
                    _("Désactiver le mode Accessibilité") if on else _("Activer le mode Accessibilité"), language
                ),
                type="submit",
                name="mode",
                value="off" if on else "on",
                class_="btn",
                data_mode=mode,
                data_on=translate("Activer le mode Accessibilité", language),
                data_off=translate("Désactiver le mode Accessibilité", language),
            ),
            html.p(
                translate("Contraste, texte et boutons plus grands, liens soulignés, d’un seul geste.", language),
                class_="small soft",
            ),
            class_="mode",
        ),
        (_choice(each, now, language) for each in CHOICES if not each.is_switch),
        html.fieldset(
            html.legend(translate("Aussi", language)),
            (_switch(each, now, language) for each in CHOICES if each.is_switch),
        ),
        html.div(
            html.button(translate("Appliquer", language), type="submit", class_="btn", data_without_script=True),
            html.button(
                translate("Tout remettre comme au début", language),
                type="submit",
                name="mode",
                value="off",
                class_="btn quiet",
                data_mode="",
            ),
            class_="actions",
        ),
        html.p(
            role="status",
            class_="small soft",
            data_saved=translate("C’est enregistré.", language),
            data_lost=translate("L’enregistrement a échoué ; le réglage vaut pour cette page.", language),
        ),
        method="post",
        action="/accessibilite/reglages",
        class_="preferences",
        data_preferences=" ".join(each.name for each in CHOICES),
    )


def languages(language: Language) -> Markup:
    """Which language: the page comes back in it, what was typed is kept."""
    return html.form(
        html.fieldset(
            html.legend(translate("Langue", language)),
            html.div(
                (
                    html.button(
                        name,
                        type="submit",
                        name="langue",
                        value=key,
                        lang=key,
                        class_="btn quiet small",
                        aria_pressed=str(key == language).lower(),
                    )
                    for key, name in LANGUAGES.items()
                ),
                class_="segments",
            ),
        ),
        method="post",
        action="/langue",
        class_="preferences",
    )


def _choice(each: Choice, now: Mapping[str, str], language: Language) -> Markup:
    return html.fieldset(
        html.legend(translate(each.title, language)),
        html.div(
            (
                html.label(
                    html.input(type="radio", name=each.name, value=value, checked=now.get(each.name, "") == value),
                    html.span(translate(text, language)),
                )
                for value, text in each.values.items()
            ),
            class_="segments",
        ),
    )


def _switch(each: Choice, now: Mapping[str, str], language: Language) -> Markup:
    (value, text), *_ = each.values.items()
    box = html.input(type="checkbox", name=each.name, value=value, checked=now.get(each.name) == value)
    return html.label(box, html.span(translate(text, language)), class_="check")
