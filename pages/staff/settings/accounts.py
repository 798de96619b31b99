"""« Comptes du personnel »: who comes in, with which role; a colleague's record with what can be done."""

from dataclasses import dataclass, field

from markupsafe import Markup

from components.nicegui_adapter.panel_element import Panel
from components.nicegui_adapter.screens import Audience, screen
from components.ui import html
from components.ui.fields import labelled
from components.ui.icons import icon
from components.ui.markup import acting_form, button
from components.ui.panel import Act, Answer
from components.ui.tables import table
from data.access_grants import staff_accounts
from data.accounts import passwords
from data.accounts.caller import Caller
from data.accounts.models import Account
from data.core import formats
from data.core.errors import UserError, ValidationErrors
from data.core.i18n import _
from data.core.roles import Role
from data.core.unit_of_work import UnitOfWork
from data.site_admin.settings import STAFF
from pages.staff.settings import frame

ROLE_LABELS: dict[str, str] = {Role.OFFICE: _("Secrétariat"), Role.MANAGER: _("Responsable")}


@dataclass
class PageState:
    """The account that is open (None: a new one), and what was refused."""

    opened: int | None = None
    faults: dict[str, UserError] = field(default_factory=dict)


@screen(frame.path_of(STAFF), Audience.MANAGER, title=_("Comptes du personnel"))
def accounts_of_the_staff(uow: UnitOfWork) -> None:
    page_state = PageState()

    async def create(caller: Caller, act: Act) -> Answer:
        return await _create(caller, act, page_state)

    Panel(
        uow,
        lambda w: _draw(w, page_state),
        on={
            "open": lambda w, act: _open(w, act, page_state),
            "new": lambda w, act: _new(page_state),
            "create": create,
            "save": lambda w, act: _save(w, act, page_state),
            "role": _role,
            "disable": lambda w, act: _disable(w, act, disabled=True),
            "enable": lambda w, act: _disable(w, act, disabled=False),
            "close": _close,
            "unfactor": _unfactor,
            "renew": _renew,
        },
        follows=[("staff", uow.site_id or 0)],
        classes="flow",
    )


def _draw(uow: UnitOfWork, page_state: PageState) -> Markup:
    rows = staff_accounts.every(uow)
    heads = [
        uow.translate(each)
        for each in (
            _("Nom"),
            _("Identifiant"),
            _("Rôle"),
            _("Second facteur"),
            _("Dernière activité"),
            _("État"),
            _("Action"),
        )
    ]
    lines = []
    for account, seen, factor in rows:
        state = (
            html.span(uow.translate("Désactivé"), class_="chip bad")
            if account.disabled
            else html.span(uow.translate("Actif"), class_="chip good")
        )
        lines.append(
            (
                account.name,
                account.login,
                uow.translate(ROLE_LABELS[account.role]),
                uow.translate("Oui") if factor else uow.translate("Non"),
                formats.ago(seen, uow.now, uow.zone, uow.language) if seen else uow.translate("jamais"),
                state,
                button(
                    uow.translate("Ouvrir"),
                    html.span(f" {account.name}", class_="unseen"),
                    do="open",
                    of=account.id,
                    class_="link",
                    data_open=True,
                ),
            )
        )
    listed = html.section(
        table(uow.translate("Comptes du personnel"), heads, lines, quiet_caption=True),
        class_="card",
        aria_label=uow.translate("Comptes du personnel"),
    )
    found = next(((account, factor) for account, _, factor in rows if account.id == page_state.opened), None)
    return frame.around(uow, STAFF, listed, _one(uow, *found, page_state) if found else _empty(uow, page_state))


def _fields(uow: UnitOfWork, page_state: PageState, account: Account | None) -> list[Markup]:
    name, email = (account.name, account.email) if account else ("", "")
    return [
        labelled(
            uow,
            f"staff-{field}",
            label,
            control,
            value=value,
            fault=page_state.faults.get(field),
            required=True,
            span=6,
            maxlength=most,
            autocomplete="off",
        )
        for field, label, control, value, most in (
            ("name", _("Nom et prénom"), "text", name, 120),
            ("email", _("E-mail"), "email", email, 254),
        )
    ]


def _empty(uow: UnitOfWork, page_state: PageState) -> Markup:
    """The form of a new account."""
    fields = [
        *_fields(uow, page_state, None),
        labelled(
            uow,
            "staff-login",
            "Identifiant",
            "text",
            hint=_("De 3 à 40 caractères, par exemple dupont.anne"),
            fault=page_state.faults.get("login"),
            required=True,
            span=6,
            maxlength=40,
            autocomplete="off",
            autocapitalize="none",
        ),
        labelled(
            uow,
            "staff-role",
            "Rôle",
            "select",
            options=ROLE_LABELS,
            value=Role.OFFICE,
            fault=page_state.faults.get("role"),
            span=6,
        ),
    ]
    form = acting_form(
        html.div(fields, class_="grid"),
        html.p(
            uow.translate("Un mot de passe provisoire part par e-mail ; il est changé à la première connexion."),
            class_="soft",
        ),
        html.div(html.button(uow.translate("Créer le compte"), type="submit", class_="btn"), class_="actions"),
        do="create",
        of=0,
        data_draft=f"staff-0-{uow.account_id}",
        id="staff-form",
    )
    title = html.h2(uow.translate("Nouveau compte"), id="staff-title", tabindex="-1")
    return html.section(title, form, class_="card", aria_labelledby="staff-title")


def _one(uow: UnitOfWork, account: Account, factor: bool, page_state: PageState) -> Markup:
    save = html.button(uow.translate("Enregistrer"), type="submit", class_="btn")
    back = button(uow.translate("Retour"), do="new", class_="btn quiet first")
    form = acting_form(
        html.div(_fields(uow, page_state, account), class_="grid"),
        html.div(back, save, class_="actions"),
        do="save",
        of=account.id,
        data_draft=f"staff-{account.id}-{uow.account_id}",
    )
    others = [button(uow.translate("Fermer ses connexions"), do="close", of=account.id, class_="btn quiet")]
    if account.id != uow.account_id:
        role = Role.OFFICE if account.role == Role.MANAGER else Role.MANAGER
        text = _("Passer au secrétariat") if role == Role.OFFICE else _("Nommer responsable")
        others += [
            button(uow.translate(text), do="role", of=f"{account.id}", class_="btn quiet"),
            button(uow.translate("Envoyer un nouveau mot de passe"), do="renew", of=account.id, class_="btn quiet"),
            *(
                [button(uow.translate("Retirer le second facteur"), do="unfactor", of=account.id, class_="btn quiet")]
                if factor
                else []
            ),
            button(uow.translate("Réactiver"), do="enable", of=account.id, class_="btn quiet")
            if account.disabled
            else html.button(uow.translate("Désactiver"), type="button", class_="btn bad", data_opens="ask-disable"),
            _ask(uow, account),
        ]
    else:
        others.append(html.p(uow.translate(staff_accounts.OWN), class_="soft"))
    title = html.h2(account.name, id="staff-title", tabindex="-1")
    about = html.p(uow.translate("Identifiant : {login}", login=account.login), class_="soft")
    return html.section(
        title,
        about,
        form,
        html.div(others, class_="row-actions"),
        class_="card flow-card",
        aria_labelledby="staff-title",
    )


def _ask(uow: UnitOfWork, account: Account) -> Markup:
    text = uow.translate("{name} ne pourra plus se connecter ; ses pages ouvertes se ferment.", name=account.name)
    return html.dialog(
        html.h2(uow.translate("Désactiver ce compte ?"), id="ask-title"),
        html.p(text),
        html.div(
            html.button(uow.translate("Annuler"), type="button", class_="btn quiet", data_closes=True),
            button(
                icon("cross"),
                uow.translate("Désactiver"),
                do="disable",
                of=account.id,
                class_="btn bad",
                data_closes=True,
            ),
            class_="actions",
        ),
        id="ask-disable",
        aria_labelledby="ask-title",
    )


def _open(uow: UnitOfWork, act: Act, page_state: PageState) -> Answer:
    page_state.opened, page_state.faults = uow.get(Account, act.number()).id, {}
    return Answer(focus="staff-title")


def _new(page_state: PageState) -> Answer:
    page_state.opened, page_state.faults = None, {}
    return Answer(focus="staff-title")


async def _create(caller: Caller, act: Act, page_state: PageState) -> Answer:
    page_state.faults = {}
    given = [act.values.get(name, "") for name in ("login", "name", "email", "role")]
    try:
        with caller.unit_of_work() as uow:
            values = staff_accounts.check(uow, *given)
        word = passwords.make_password()
        hashed = await passwords.off_the_loop(passwords.make_hash, word)
        with caller.unit_of_work(writes=True) as uow:
            made = staff_accounts.create(uow, values, word, hashed)
    except ValidationErrors as invalid:
        page_state.faults = invalid.faults
        return Answer(focus=f"staff-{next(iter(invalid.faults))}")
    account = caller.account
    key = f"staff-0-{account.id if account else 0}"
    return Answer(
        toast=caller.translate("Le compte de {name} est créé.", name=made.name), forget=key, focus="staff-title"
    )


def _save(uow: UnitOfWork, act: Act, page_state: PageState) -> Answer:
    number, page_state.faults = act.number(), {}
    try:
        staff_accounts.rename(uow, number, act.values.get("name", ""), act.values.get("email", ""))
    except ValidationErrors as invalid:
        page_state.faults = invalid.faults
        return Answer(focus=f"staff-{next(iter(invalid.faults))}")
    return Answer(
        toast=uow.translate("Le compte est enregistré."), forget=f"staff-{number}-{uow.account_id}", focus="staff-title"
    )


def _role(uow: UnitOfWork, act: Act) -> Answer:
    row = staff_accounts.get(uow, act.number())
    staff_accounts.change_role(uow, row.id, Role.OFFICE if row.role == Role.MANAGER else Role.MANAGER)
    return Answer(toast=uow.translate("Le rôle est changé ; ses connexions sont fermées."), focus="staff-title")


def _disable(uow: UnitOfWork, act: Act, *, disabled: bool) -> Answer:
    staff_accounts.disable(uow, act.number(), disabled)
    text = uow.translate("Le compte est désactivé.") if disabled else uow.translate("Le compte est réactivé.")
    return Answer(toast=text, focus="staff-title")


def _close(uow: UnitOfWork, act: Act) -> Answer:
    staff_accounts.close_sessions(uow, act.number())
    return Answer(toast=uow.translate("Ses connexions sont fermées."), focus="staff-title")


def _unfactor(uow: UnitOfWork, act: Act) -> Answer:
    staff_accounts.reset_factor(uow, act.number())
    return Answer(toast=uow.translate("Le second facteur est retiré."), focus="staff-title")


async def _renew(caller: Caller, act: Act) -> Answer:
    with caller.unit_of_work(writes=True) as uow:
        number = staff_accounts.get(uow, act.number()).id
    word = passwords.make_password()
    hashed = await passwords.off_the_loop(passwords.make_hash, word)
    with caller.unit_of_work(writes=True) as uow:
        staff_accounts.renew_password(uow, number, word, hashed)
    return Answer(toast=caller.translate("Un nouveau mot de passe part par e-mail."), focus="staff-title")
