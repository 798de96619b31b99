"""« Réglages »: the list of parts, and those that are a record of settings and nothing more."""

from collections.abc import Callable

from markupsafe import Markup

from components.layout.layout import head
from components.nicegui_adapter.panel_element import Panel
from components.nicegui_adapter.screens import Audience, screen
from components.ui import html
from components.ui.icons import icon
from components.ui.markup import acting_form
from components.ui.panel import Act, Answer
from data.billing.gateways import registry as gateways
from data.change_requests import review
from data.core import sites
from data.core.i18n import _
from data.core.unit_of_work import UnitOfWork
from data.office import absence_review
from data.reenrolment import review_queue as reenrolment_queue
from data.site_admin import settings as site_settings
from data.site_admin.settings import ACCESS, IDENTITY, LEGAL, PARTS, PAYMENT, SECURITY, SENTENCES_READY, Part
from pages.staff.settings import frame

DEVIATION = _(
    "Écart assumé : un mot de passe envoyé par e-mail qui n’est pas changé reste lisible dans la boîte du destinataire "
    "(OWASP ASVS 6.4.1). Le journal garde qui l’a choisi."
)

PORTALS = {
    "sheet": (_("Fiches"), review.READY),
    "document": (_("Pièces"), reenrolment_queue.READY["document"]),
    "reenrolment": (_("Réinscriptions"), reenrolment_queue.READY["reenrolment"]),
    "absence": (_("Absences"), absence_review.READY),
}


@screen(frame.PATH, Audience.MANAGER, title=_("Réglages"))
def settings(uow: UnitOfWork) -> None:
    Panel(uow, _index, follows=[("site", uow.site_id or 0)], classes="flow")


def _index(uow: UnitOfWork) -> Markup:
    unfinished = {part.path: text for part, text in site_settings.missing(uow)}
    cards = [
        html.li(
            html.a(
                html.strong(uow.translate(part.title)),
                html.span(uow.translate(part.about)),
                part.path in unfinished
                and html.span(icon("alert"), " ", uow.translate(unfinished[part.path]), class_="was"),
                href=frame.path_of(part),
            ),
        )
        for part in PARTS
    ]
    return head(uow.translate("Réglages"), sites.here(uow).name) + html.ul(cards, class_="part-cards")


def _open(uow: UnitOfWork, part: Part) -> None:
    typed = frame.Typed()
    Panel(
        uow,
        lambda w: frame.around(
            w, part, _warning(w, part), frame.settings_form(w, part, typed), _keys(w, part), _portals(w, part)
        ),
        on={"save": lambda w, act: frame.save(w, act, part, typed), "key": _save_key},
        follows=[("site", uow.site_id or 0)],
        classes="flow",
    )


def _warning(uow: UnitOfWork, part: Part) -> Markup | None:
    """What is missing in this part, or what its present choice departs from."""
    sentence = [text for each, text in site_settings.missing(uow) if each is part]
    text = [uow.translate(each) for each in sentence]
    if part is SECURITY and not sites.here(uow).must_change_mailed_password:
        text.append(uow.translate(DEVIATION))
    if not text:
        return None
    return html.div(icon("alert"), html.div(html.p(each) for each in text), class_="notice pending")


def _portals(uow: UnitOfWork, part: Part) -> Markup | None:
    """The sentences that serve where the site has none."""
    if part is not SENTENCES_READY:
        return None
    stored = sites.here(uow).refusal_sentences
    lists = [
        (html.h3(uow.translate(label)), html.ul(html.li(uow.translate(each)) for each in sentences))
        for key, (label, sentences) in PORTALS.items()
        if not stored.get(key)
    ]
    if not lists:
        return None
    title = uow.translate("Celles du portail")
    return html.section(html.h2(title), lists, class_="card flow-card", aria_label=title)


def _keys(uow: UnitOfWork, part: Part) -> Markup | None:
    """The secrets of the payment service: written, never shown."""
    name = sites.here(uow).payment.get("gateway", "")
    if part is not PAYMENT or not (wanted := gateways.secrets_of(name)):
        return None
    stored = sites.here(uow).payment_keys
    forms = []
    for key in wanted:
        hint = (
            uow.translate("Enregistrée ; une autre la remplace.")
            if key in stored
            else uow.translate("Pas encore enregistrée.")
        )
        field = html.input(id=f"key-{key}", name="secret", type="password", autocomplete="off", maxlength=500)
        button = html.button(uow.translate("Enregistrer la clé"), type="submit", class_="btn quiet")
        label = html.label(uow.translate("Clé « {name} »", name=key), for_=f"key-{key}")
        forms.append(
            acting_form(
                html.div(label, field, html.span(hint, class_="hint"), class_="field"),
                html.div(button, class_="actions"),
                do="key",
                of=key,
            )
        )
    return html.section(
        html.h2(uow.translate("Clés")), forms, class_="card flow-card", aria_label=uow.translate("Clés")
    )


def _save_key(uow: UnitOfWork, act: Act) -> Answer:
    if act.of in gateways.secrets_of(sites.here(uow).payment.get("gateway", "")):
        site_settings.save_key(uow, act.of, act.values.get("secret", "").strip())
    return Answer(toast=uow.translate("Les réglages sont enregistrés."), fill={f"key-{act.of}": ""})


def _part(part: Part) -> Callable[[UnitOfWork], None]:
    def draw(uow: UnitOfWork) -> None:
        _open(uow, part)

    return draw


for each in (IDENTITY, SENTENCES_READY, LEGAL, ACCESS, PAYMENT, SECURITY):
    screen(frame.path_of(each), Audience.MANAGER, title=each.title)(_part(each))
