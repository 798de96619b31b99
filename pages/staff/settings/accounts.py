"""« Comptes du personnel »: who comes in, with which role; a colleague's sheet with what can be done."""

from dataclasses import dataclass, field

from markupsafe import Markup

from components.nicegui_adapter.panel_element import Panel
from components.nicegui_adapter.screens import Audience, screen
from components.ui.fields import labelled
from components.ui.icons import icon
from components.ui.markup import acting_form, button, tag
from components.ui.panel import Act, Answer
from components.ui.tables import table
from data.access_grants import staff_accounts
from data.accounts import passwords
from data.accounts.caller import Caller
from data.accounts.models import Account
from data.core import formats
from data.core.errors import Faulty, Refused
from data.core.unit_of_work import Visit
from data.site_admin.settings import STAFF
from pages.staff.settings import frame

ROLE_WORDS = {"secretariat": "Secrétariat", "responsable": "Responsable"}


@dataclass
class Desk:
    """The account that is open (None: a new one), and what was refused."""

    opened: int | None = None
    faults: dict[str, Refused] = field(default_factory=dict)


@screen(frame.path_of(STAFF), Audience.MANAGER, title="Comptes du personnel")
def accounts_of_the_staff(v: Visit) -> None:
    desk = Desk()

    async def create(caller: Caller, act: Act) -> Answer:
        return await _create(caller, act, desk)

    Panel(
        v,
        lambda w: _draw(w, desk),
        on={
            "open": lambda w, act: _open(w, act, desk),
            "new": lambda w, act: _new(desk),
            "create": create,
            "save": lambda w, act: _save(w, act, desk),
            "role": _role,
            "disable": lambda w, act: _disable(w, act, disabled=True),
            "enable": lambda w, act: _disable(w, act, disabled=False),
            "close": _close,
            "unfactor": _unfactor,
            "renew": _renew,
        },
        follows=[("staff", v.site_id or 0)],
        classes="flow",
    )


def _draw(v: Visit, desk: Desk) -> Markup:
    rows = staff_accounts.every(v)
    heads = [
        v.say(each) for each in ("Nom", "Identifiant", "Rôle", "Second facteur", "Dernière activité", "État", "Action")
    ]
    lines = []
    for account, seen, factor in rows:
        state = (
            tag("span", v.say("Désactivé"), class_="chip bad")
            if account.disabled
            else tag("span", v.say("Actif"), class_="chip good")
        )
        lines.append(
            (
                account.name,
                account.login,
                v.say(ROLE_WORDS[account.role]),
                v.say("Oui") if factor else v.say("Non"),
                formats.ago(seen, v.now, v.zone, v.tongue) if seen else v.say("jamais"),
                state,
                button(
                    v.say("Ouvrir"),
                    tag("span", f" {account.name}", class_="unseen"),
                    do="open",
                    of=account.id,
                    class_="link",
                    data_open=True,
                ),
            )
        )
    listed = tag(
        "section",
        table(v.say("Comptes du personnel"), heads, lines, quiet_caption=True),
        class_="card",
        aria_label=v.say("Comptes du personnel"),
    )
    found = next(((account, factor) for account, _, factor in rows if account.id == desk.opened), None)
    return frame.around(v, STAFF, listed, _one(v, *found, desk) if found else _empty(v, desk))


def _fields(v: Visit, desk: Desk, account: Account | None) -> list[Markup]:
    name, email = (account.name, account.email) if account else ("", "")
    return [
        labelled(
            v,
            "staff-name",
            "Nom et prénom",
            "text",
            value=name,
            fault=desk.faults.get("name"),
            required=True,
            span=6,
            maxlength=120,
            autocomplete="off",
        ),
        labelled(
            v,
            "staff-email",
            "E-mail",
            "email",
            value=email,
            fault=desk.faults.get("email"),
            required=True,
            span=6,
            maxlength=254,
            autocomplete="off",
        ),
    ]


def _empty(v: Visit, desk: Desk) -> Markup:
    """The form of a new account."""
    fields = [
        *_fields(v, desk, None),
        labelled(
            v,
            "staff-login",
            "Identifiant",
            "text",
            hint="De 3 à 40 caractères, par exemple dupont.anne",
            fault=desk.faults.get("login"),
            required=True,
            span=6,
            maxlength=40,
            autocomplete="off",
            autocapitalize="none",
        ),
        labelled(
            v,
            "staff-role",
            "Rôle",
            "select",
            options=ROLE_WORDS,
            value="secretariat",
            fault=desk.faults.get("role"),
            span=6,
        ),
    ]
    form = acting_form(
        tag("div", fields, class_="grid"),
        tag(
            "p",
            v.say("Un mot de passe provisoire part par e-mail ; il est changé à la première connexion."),
            class_="soft",
        ),
        tag("div", tag("button", v.say("Créer le compte"), type="submit", class_="btn"), class_="actions"),
        do="create",
        of=0,
        data_keep=f"staff-0-{v.account_id}",
        id="staff-form",
    )
    title = tag("h2", v.say("Nouveau compte"), id="staff-title", tabindex="-1")
    return tag("section", title, form, class_="card", aria_labelledby="staff-title")


def _one(v: Visit, account: Account, factor: bool, desk: Desk) -> Markup:
    save = tag("button", v.say("Enregistrer"), type="submit", class_="btn")
    back = button(v.say("Retour"), do="new", class_="btn quiet first")
    form = acting_form(
        tag("div", _fields(v, desk, account), class_="grid"),
        tag("div", back, save, class_="actions"),
        do="save",
        of=account.id,
        data_keep=f"staff-{account.id}-{v.account_id}",
    )
    others = [button(v.say("Fermer ses connexions"), do="close", of=account.id, class_="btn quiet")]
    if account.id != v.account_id:
        role = "secretariat" if account.role == "responsable" else "responsable"
        words = "Passer au secrétariat" if role == "secretariat" else "Nommer responsable"
        others += [
            button(v.say(words), do="role", of=f"{account.id}", class_="btn quiet"),
            button(v.say("Envoyer un nouveau mot de passe"), do="renew", of=account.id, class_="btn quiet"),
            *(
                [button(v.say("Retirer le second facteur"), do="unfactor", of=account.id, class_="btn quiet")]
                if factor
                else []
            ),
            button(v.say("Réactiver"), do="enable", of=account.id, class_="btn quiet")
            if account.disabled
            else tag("button", v.say("Désactiver"), type="button", class_="btn bad", data_opens="ask-disable"),
            _ask(v, account),
        ]
    else:
        others.append(tag("p", v.say(staff_accounts.OWN), class_="soft"))
    title = tag("h2", account.name, id="staff-title", tabindex="-1")
    about = tag("p", v.say("Identifiant : {login}", login=account.login), class_="soft")
    return tag(
        "section",
        title,
        about,
        form,
        tag("div", others, class_="row-actions"),
        class_="card flow-card",
        aria_labelledby="staff-title",
    )


def _ask(v: Visit, account: Account) -> Markup:
    words = v.say("{name} ne pourra plus se connecter ; ses pages ouvertes se ferment.", name=account.name)
    return tag(
        "dialog",
        tag("h2", v.say("Désactiver ce compte ?"), id="ask-title"),
        tag("p", words),
        tag(
            "div",
            tag("button", v.say("Annuler"), type="button", class_="btn quiet", data_closes=True),
            button(icon("cross"), v.say("Désactiver"), do="disable", of=account.id, class_="btn bad", data_closes=True),
            class_="actions",
        ),
        id="ask-disable",
        aria_labelledby="ask-title",
    )


def _open(v: Visit, act: Act, desk: Desk) -> Answer:
    desk.opened, desk.faults = v.get(Account, act.number()).id, {}
    return Answer(focus="staff-title")


def _new(desk: Desk) -> Answer:
    desk.opened, desk.faults = None, {}
    return Answer(focus="staff-title")


async def _create(caller: Caller, act: Act, desk: Desk) -> Answer:
    desk.faults = {}
    given = [act.values.get(name, "") for name in ("login", "name", "email", "role")]
    try:
        with caller.visit() as v:
            values = staff_accounts.check(v, *given)
        word = passwords.make_password()
        hashed = await passwords.off_the_loop(passwords.make_hash, word)
        with caller.visit(writes=True) as v:
            made = staff_accounts.create(v, values, word, hashed)
    except Faulty as faulty:
        desk.faults = faulty.faults
        return Answer(focus=f"staff-{next(iter(faulty.faults))}")
    account = caller.account
    key = f"staff-0-{account.id if account else 0}"
    return Answer(toast=caller.say("Le compte de {name} est créé.", name=made.name), forget=key, focus="staff-title")


def _save(v: Visit, act: Act, desk: Desk) -> Answer:
    number, desk.faults = act.number(), {}
    try:
        staff_accounts.rename(v, number, act.values.get("name", ""), act.values.get("email", ""))
    except Faulty as faulty:
        desk.faults = faulty.faults
        return Answer(focus=f"staff-{next(iter(faulty.faults))}")
    return Answer(
        toast=v.say("Le compte est enregistré."), forget=f"staff-{number}-{v.account_id}", focus="staff-title"
    )


def _role(v: Visit, act: Act) -> Answer:
    row = staff_accounts.get(v, act.number())
    staff_accounts.change_role(v, row.id, "secretariat" if row.role == "responsable" else "responsable")
    return Answer(toast=v.say("Le rôle est changé ; ses connexions sont fermées."), focus="staff-title")


def _disable(v: Visit, act: Act, *, disabled: bool) -> Answer:
    staff_accounts.disable(v, act.number(), disabled)
    words = v.say("Le compte est désactivé.") if disabled else v.say("Le compte est réactivé.")
    return Answer(toast=words, focus="staff-title")


def _close(v: Visit, act: Act) -> Answer:
    staff_accounts.close_sessions(v, act.number())
    return Answer(toast=v.say("Ses connexions sont fermées."), focus="staff-title")


def _unfactor(v: Visit, act: Act) -> Answer:
    staff_accounts.reset_factor(v, act.number())
    return Answer(toast=v.say("Le second facteur est retiré."), focus="staff-title")


async def _renew(caller: Caller, act: Act) -> Answer:
    with caller.visit(writes=True) as v:
        number = staff_accounts.get(v, act.number()).id
    word = passwords.make_password()
    hashed = await passwords.off_the_loop(passwords.make_hash, word)
    with caller.visit(writes=True) as v:
        staff_accounts.renew_password(v, number, word, hashed)
    return Answer(toast=caller.say("Un nouveau mot de passe part par e-mail."), focus="staff-title")
