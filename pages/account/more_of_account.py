"""What « Mot de passe » leads to besides: the letters received, the agenda, one's data; for staff, the morning's digest."""

from markupsafe import Markup

from components.nicegui_adapter.panel_element import Panel
from components.nicegui_adapter.static_panel import StaticPanel
from components.ui import html
from components.ui.icons import icon
from components.ui.markup import button
from components.ui.panel import Act, Answer
from data.accounts import models as accounts
from data.accounts.models import Account
from data.core.i18n import _
from data.core.unit_of_work import UnitOfWork


def draw(uow: UnitOfWork) -> None:
    if uow.is_staff:
        Panel(
            uow,
            _digest,
            on={"digest": _choose},
            follows=[("account", uow.account_id or 0)],
            tag="section",
            classes="card narrow flow-card",
        )
        return
    StaticPanel(
        _section(
            uow,
            _("Mes courriers"),
            _("Ce que le portail vous a envoyé par e-mail."),
            _("Voir mes courriers"),
            "/mot-de-passe/courriers",
        )
        + _section(
            uow,
            _("Recevoir l’agenda"),
            _("Les cours dans l’agenda de votre téléphone, tenus à jour."),
            _("Recevoir l’agenda"),
            "/mot-de-passe/agenda",
        )
        + _section(
            uow,
            _("Mes données"),
            _("Une copie de tout ce que le portail garde de votre famille."),
            _("Obtenir mes données"),
            "/mot-de-passe/donnees",
        )
        + _section(
            uow,
            _("Lire sans connexion"),
            _("Vos dernières pages lues, gardées sur cet appareil si vous le voulez."),
            _("Garder mes pages"),
            "/mot-de-passe/hors-ligne",
        )
        + _section(
            uow,
            _("Être prévenu sur cet appareil"),
            _("Un avis dès que le conservatoire vous écrit, si vous le voulez."),
            _("Me prévenir"),
            "/mot-de-passe/notifications",
        ),
        classes="rooms",
    )


def _section(uow: UnitOfWork, title: str, text: str, label: str, href: str) -> Markup:
    return html.section(
        html.div(html.h2(uow.translate(title)), html.p(uow.translate(text))),
        html.a(uow.translate(label), href=href, class_="btn quiet"),
        class_="card",
    )


def _digest(uow: UnitOfWork) -> Markup:
    wanted = uow.get(Account, uow.account_id).wants_digest
    state = (
        _("Vous le recevez chaque matin à 7 h 30, quand quelque chose attend.")
        if wanted
        else _("Vous ne le recevez pas.")
    )
    act = uow.translate("Ne plus le recevoir") if wanted else uow.translate("Le recevoir")
    return (
        html.h2(uow.translate("Récapitulatif du matin"))
        + html.p(
            uow.translate(
                "Ce qui attend : fiches, absences, trop-perçus, courriels en échec. Le lundi, les responsables reçoivent aussi "
                "le bilan de la semaine."
            )
        )
        + html.p(icon("check" if wanted else "info"), " ", uow.translate(state), class_="soft", role="status")
        + html.div(
            button(act, do="digest", of="no" if wanted else "yes", class_="btn quiet", id="digest"),
            class_="actions",
        )
    )


def _choose(uow: UnitOfWork, act: Act) -> Answer:
    accounts.choose_digest(uow, act.of == "yes")
    return Answer(announce=uow.translate("Votre choix est enregistré."), focus="digest")
