"""« Familles », tab « Comptes »: create, tell how to come in, block, reset, sessions; and the letter of one account."""

import asyncio
import re

from fastapi import Request
from markupsafe import Markup
from starlette.responses import Response

from components.nicegui_adapter.screens import plain
from components.ui.fields import labelled
from components.ui.icons import icon
from components.ui.markup import Content, acting_form, button, tag
from components.ui.panel import Act, Answer, Handler
from components.ui.tables import table
from data.access_grants import grants as access_grants
from data.accounts import sessions as accounts_sessions
from data.accounts.caller import Audience, Caller
from data.accounts.models import Account
from data.accounts.sessions import SignIn
from data.core import formats, sites
from data.core.errors import Faulty, NotYours
from data.core.unit_of_work import Visit
from data.directory import edit_families
from data.families import models as families
from data.families.models import Guardian
from data.mail import letterhead
from data.pdf import access_letters
from data.pdf.access_letters import Portal
from pages.staff.families.families import PATH, chip, state_of
from pages.staff.families.family import Desk, Sheet, faulty, look_as, tab


def _draw(v: Visit, sheet: Sheet) -> Markup:
    ids = [account.id for account in sheet.accounts]
    sessions, seen = access_grants.sessions(v, ids), access_grants.last_seen(v, ids)
    by_adult = {account.guardian_id: account for account in sheet.accounts}
    cards = []
    for adult in sheet.adults:
        account = by_adult.get(adult.id)
        if account is None:
            cards.append(_without(v, sheet, adult))
        else:
            cards.append(_card(v, sheet, account, adult, sessions[account.id], seen.get(account.id)))
    cards += [
        _card(v, sheet, account, None, sessions[account.id], seen.get(account.id))
        for account in sheet.accounts
        if account.guardian_id is None
    ]
    return Markup("").join(cards)


def _without(v: Visit, sheet: Sheet, adult: Guardian) -> Markup:
    """An adult who cannot come in yet; an identifier is proposed."""
    key = f"account-{adult.id}"
    shown = sheet.desk.shown
    form = acting_form(
        labelled(
            v,
            f"{key}-login",
            "Identifiant",
            "text",
            value=shown.typed.get(key, {}).get("login", access_grants.propose_login(v, adult)),
            hint="De 3 à 40 caractères : lettres sans accent, chiffres, point, tiret.",
            fault=shown.faults.get(key, {}).get("login"),
            required=True,
            maxlength=40,
            autocomplete="off",
            autocapitalize="none",
            spellcheck="false",
        ),
        tag("button", v.say("Créer le compte"), type="submit", class_="btn"),
        do="create",
        of=adult.id,
        class_="line-form",
    )
    top = tag("div", tag("h2", adult.full_name, " ", chip(v, "none")), class_="head")
    return tag("section", top, form, class_="card sheet-card", aria_label=adult.full_name)


def _card(
    v: Visit, sheet: Sheet, account: Account, adult: Guardian | None, sessions: list[SignIn], seen: object
) -> Markup:
    email = adult.email if adult and families.contact_shown(v, adult) else ""
    facts: list[tuple[str, Content]] = [
        (v.say("Identifiant"), tag("span", account.login, class_="login")),
        (v.say("E-mail"), _email(v, adult, email)),
        (v.say("Accès communiqué"), _told(v, account)),
        (v.say("Dernière connexion"), formats.moment(seen, v.zone, v.tongue) if seen else v.say("jamais")),  # type: ignore[arg-type]
    ]
    seen_as = families.all_shown(v, sheet.adults)
    top = tag(
        "div",
        tag("h2", adult.full_name if adult else v.say("Compte sans titulaire"), " ", chip(v, state_of(account))),
        look_as(v, sheet.family, account, v.say("Voir comme {name}", name=account.name)) if adult and seen_as else None,
        class_="head",
    )
    return tag(
        "section",
        top,
        tag("dl", (tag("div", tag("dt", label), tag("dd", value)) for label, value in facts), class_="account-facts"),
        _acts(v, sheet, account, adult),
        _sessions(v, sessions),
        class_="card sheet-card",
        aria_label=account.login,
    )


def _email(v: Visit, adult: Guardian | None, email: str) -> str:
    if adult and adult.email and not email:
        return v.say("Coordonnées masquées")
    return email or v.say("aucun e-mail")


def _told(v: Visit, account: Account) -> str:
    if account.access_sent_at is None:
        return "–" if account.password_hash else v.say("pas encore")
    when = formats.moment(account.access_sent_at, v.zone, v.tongue)
    if account.access_sent_by == "letter":
        return v.say("par lettre, le {moment}", moment=when)
    over = account.must_change and account.password_expires_at and account.password_expires_at < v.now
    return v.say("par e-mail, le {moment} ; mot de passe expiré" if over else "par e-mail, le {moment}", moment=when)


def _acts(v: Visit, sheet: Sheet, account: Account, adult: Guardian | None) -> Markup:
    named, mail = tag("span", f" : {account.login}", class_="unseen"), None
    if adult and adult.email and not account.disabled:
        words = (
            v.say("Réinitialiser le mot de passe (e-mail)")
            if account.password_hash
            else v.say("Envoyer l’accès par e-mail")
        )
        mail = button(icon("mail"), words, named, do="mail", of=account.id, class_="btn quiet")
    letter = (
        tag(
            "a",
            icon("paper"),
            v.say("Lettre (PDF)"),
            named,
            href=f"{PATH}/{sheet.family.number}/comptes/{account.id}/lettre.pdf",
            target="_blank",
            rel="noopener",
            class_="btn quiet",
        )
        if adult and not account.disabled
        else None
    )
    block = (
        button(v.say("Bloquer"), named, do="block", of=account.id, class_="btn bad") if not account.disabled else None
    )
    words = v.say("Débloquer") if account.disabled else v.say("Débloquer après des essais manqués")
    unblock = button(words, named, do="unblock", of=account.id, class_="btn quiet")
    return tag("div", mail, letter, unblock, block, class_="buttons")


def _sessions(v: Visit, sessions: list[SignIn]) -> Markup:
    if not sessions:
        return tag("p", v.say("Aucune connexion ouverte."), class_="soft small")
    heads = [v.say(label) for label in ("Appareil", "Ouverte le", "Dernière activité", "Action")]
    rows = [
        (
            one.device or "–",
            formats.moment(one.started_at, v.zone, v.tongue),
            formats.ago(one.seen_at, v.now, v.zone, v.tongue),
            button(icon("cross"), v.say("Fermer"), do="close", of=one.id, class_="btn quiet small"),
        )
        for one in sessions
    ]
    return table(v.say("Connexions ouvertes"), heads, rows)


def _on(desk: Desk) -> dict[str, Handler]:
    def own(v: Visit, number: int) -> int:
        """NotYours for an account of another family, or of the staff."""
        account = v.get(Account, number)
        if account.family_id != families.by_number(v, desk.number).id:
            raise NotYours(f"account {number}")
        return account.id

    def create(v: Visit, act: Act) -> Answer:
        adult = edit_families.adult_of(v, families.by_number(v, desk.number), act.number())
        key = f"account-{adult.id}"
        try:
            account = access_grants.create(v, adult, act.values.get("login", ""))
        except Faulty as found:
            return faulty(desk, key, act, found)
        desk.shown.forget(key)
        words = v.say("Le compte {login} est créé. Communiquez maintenant l’accès.", login=account.login)
        return Answer(toast=words, focus=f"mail-{account.id}")

    async def mail(caller: Caller, act: Act) -> Answer:
        with caller.visit() as v:
            own(v, act.number())
        new = await access_grants.make_password()
        with caller.visit(writes=True) as v:
            account = access_grants.mail(v, own(v, act.number()), new)
            adult = v.get(Guardian, account.guardian_id)
            address = adult.email if families.contact_shown(v, adult) else v.say("l’adresse masquée")
        return Answer(toast=caller.say("Un mot de passe provisoire part à {address}.", address=address))

    async def unblock(caller: Caller, act: Act) -> Answer:
        with caller.visit(writes=True) as v:
            account = access_grants.unblock(v, own(v, act.number()))
        accounts_sessions.forget_failures(account)
        return Answer(toast=caller.say("Le compte est débloqué."), focus="family-title")

    def block(v: Visit, act: Act) -> Answer:
        access_grants.block(v, own(v, act.number()))
        return Answer(toast=v.say("Le compte est bloqué, ses connexions sont fermées."), focus="family-title")

    def close(v: Visit, act: Act) -> Answer:
        signin = v.get(SignIn, act.number())
        own(v, signin.account_id)
        access_grants.close_session(v, signin.id)
        return Answer(toast=v.say("La connexion est fermée."), focus="family-title")

    return {"create": create, "mail": mail, "block": block, "unblock": unblock, "close": close}


@plain(PATH + "/{family}/comptes/{account}/lettre.pdf", Audience.STAFF)
async def letter(caller: Caller, request: Request, family: int, account: int) -> Response:
    """The letter of one account, and the note that it was printed."""
    with caller.visit(writes=True) as v:
        number = families.by_number(v, family).id
        found = access_grants.letters_for(v, [account] if 0 < account < 2**31 else [])
        if not found or found[0][0].family_id != number:
            raise NotYours(f"letter of account {account}")
        access_grants.hand_out(v, [found[0][0]], v.now)
        portal = Portal(letterhead.house_of(sites.here(v)), access_grants.portal_address(), v.today)
        login = found[0][0].login
    content = await asyncio.to_thread(access_letters.write, portal, [found[0][1]])
    return pdf(content, f"acces-{login}")


def pdf(content: bytes, name: str) -> Response:
    """Shown in the browser, kept by none."""
    safe = re.sub("[^A-Za-z0-9_.-]", "-", name)
    return Response(
        content,
        media_type="application/pdf",
        headers={
            "cache-control": "private, no-store",
            "content-disposition": f'inline; filename="{safe}.pdf"',
            "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; object-src 'self'; "
            "plugin-types application/pdf",
        },
    )


tab("comptes", _draw, _on)
