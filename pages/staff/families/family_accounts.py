"""« Familles », tab « Comptes »: create, tell how to come in, block, reset, sessions; and the letter of one account."""

import asyncio
from typing import Any

from fastapi import Request
from markupsafe import Markup
from starlette.responses import Response

from components.layout.layout import way_back
from components.layout.plain_layout import public_page
from components.nicegui_adapter.screens import plain
from components.ui import html
from components.ui.fields import labelled
from components.ui.icons import icon
from components.ui.markup import Content, acting_form, button, ending, join
from components.ui.panel import Act, Answer, Handler
from components.ui.status_chip import status_chip
from components.ui.tables import facts, table
from components.web.pdf_answer import pdf_answer
from data.access_grants import grants as access_grants
from data.accounts import devices
from data.accounts import sessions as accounts_sessions
from data.accounts.caller import Audience, Caller
from data.accounts.models import AccessState, Account
from data.accounts.sessions import SignIn
from data.core import formats, sites
from data.core.errors import NotFound, ValidationErrors
from data.core.i18n import _, translate
from data.core.unit_of_work import UnitOfWork
from data.directory import edit_families
from data.families import models as families
from data.families import protection
from data.families.models import Guardian
from data.mail import letterhead
from data.pdf import access_letters
from data.pdf.access_letters import AccessLetter, Portal
from pages.staff.families.families import PATH
from pages.staff.families.family import FamilyView, PageState, faulty, look_as, tab


def _draw(uow: UnitOfWork, view: FamilyView) -> Markup:
    ids = [account.id for account in view.accounts]
    sessions, seen = access_grants.sessions(uow, ids), access_grants.last_seen(uow, ids)
    by_adult = {account.guardian_id: account for account in view.accounts}
    cards = []
    for adult in view.adults:
        account = by_adult.get(adult.id)
        if account is None:
            cards.append(_without(uow, view, adult))
        else:
            cards.append(_card(uow, view, account, adult, sessions[account.id], seen.get(account.id)))
    cards += [
        _card(uow, view, account, None, sessions[account.id], seen.get(account.id))
        for account in view.accounts
        if account.guardian_id is None
    ]
    return Markup("").join(cards)


def _without(uow: UnitOfWork, view: FamilyView, adult: Guardian) -> Markup:
    """An adult who cannot come in yet; an identifier is proposed."""
    key = f"account-{adult.id}"
    shown = view.page_state.shown
    form = acting_form(
        labelled(
            uow,
            f"{key}-login",
            "Identifiant",
            "text",
            value=shown.typed.get(key, {}).get("login", access_grants.propose_login(uow, adult)),
            hint=_("De 3 à 40 caractères : lettres sans accent, chiffres, point, tiret."),
            fault=shown.faults.get(key, {}).get("login"),
            required=True,
            maxlength=40,
            autocomplete="off",
            autocapitalize="none",
            spellcheck="false",
        ),
        html.button(uow.translate("Créer le compte"), type="submit", class_="btn"),
        do="create",
        of=adult.id,
        class_="line-form",
    )
    top = html.div(html.h2(adult.full_name, " ", status_chip(uow, AccessState.NONE)), class_="head")
    return html.section(top, form, class_="card record-card", aria_label=adult.full_name)


def _card(
    uow: UnitOfWork, view: FamilyView, account: Account, adult: Guardian | None, sessions: list[SignIn], seen: Any
) -> Markup:
    email = adult.email if adult and protection.contact_shown(uow, adult) else ""
    facts: list[tuple[str, Content]] = [
        (uow.translate("Identifiant"), html.span(account.login, class_="login")),
        (uow.translate("E-mail"), _email(uow, adult, email)),
        (uow.translate("Accès communiqué"), _access_status(uow, account)),
        (
            uow.translate("Dernière connexion"),
            formats.moment(seen, uow.zone, uow.language) if seen else uow.translate("jamais"),
        ),
    ]
    seen_as = protection.all_shown(uow, view.adults)
    top = html.div(
        html.h2(
            adult.full_name if adult else uow.translate("Compte sans titulaire"),
            " ",
            status_chip(uow, account.access),
        ),
        look_as(uow, view.family, account, uow.translate("Voir comme {name}", name=account.name))
        if adult and seen_as
        else None,
        class_="head",
    )
    return html.section(
        top,
        html.dl((html.div(html.dt(label), html.dd(value)) for label, value in facts), class_="account-facts"),
        _acts(uow, view, account, adult),
        _sessions(uow, sessions),
        class_="card record-card",
        aria_label=account.login,
    )


def _email(uow: UnitOfWork, adult: Guardian | None, email: str) -> str:
    if adult and adult.email and not email:
        return uow.translate("Coordonnées masquées")
    return email or uow.translate("aucun e-mail")


def _access_status(uow: UnitOfWork, account: Account) -> str:
    if account.access_sent_at is None:
        return "–" if account.password_hash else uow.translate("pas encore")
    when = formats.moment(account.access_sent_at, uow.zone, uow.language)
    if account.access_sent_by == "letter":
        return uow.translate("par lettre, le {moment}", moment=when)
    over = account.must_change and account.password_expires_at and account.password_expires_at < uow.now
    return uow.translate(
        _("par e-mail, le {moment} ; mot de passe expiré") if over else _("par e-mail, le {moment}"), moment=when
    )


def _acts(uow: UnitOfWork, view: FamilyView, account: Account, adult: Guardian | None) -> Markup:
    named, mail = ending(uow.language, account.login), None
    if adult and adult.email and not account.disabled:
        text = (
            uow.translate("Réinitialiser le mot de passe (e-mail)")
            if account.password_hash
            else uow.translate("Envoyer l’accès par e-mail")
        )
        mail = button(icon("mail"), text, named, do="mail", of=account.id, class_="btn quiet")
    letter = (
        html.a(
            icon("paper"),
            uow.translate("Lettre (PDF)"),
            named,
            href=f"{PATH}/{view.family.number}/comptes/{account.id}/lettre.pdf",
            target="_blank",
            rel="noopener",
            class_="btn quiet",
        )
        + html.a(
            uow.translate("Lire la lettre en ligne"),
            named,
            href=f"{PATH}/{view.family.number}/comptes/{account.id}/lettre",
            class_="btn quiet",
        )
        if adult and not account.disabled
        else None
    )
    block = (
        button(uow.translate("Bloquer"), named, do="block", of=account.id, class_="btn bad")
        if not account.disabled
        else None
    )
    text = uow.translate("Débloquer") if account.disabled else uow.translate("Débloquer après des essais manqués")
    unblock = button(text, named, do="unblock", of=account.id, class_="btn quiet")
    return html.div(mail, letter, unblock, block, class_="buttons")


def _sessions(uow: UnitOfWork, sessions: list[SignIn]) -> Markup:
    if not sessions:
        return html.p(uow.translate("Aucune connexion ouverte."), class_="soft small")
    heads = [uow.translate(label) for label in (_("Appareil"), _("Ouverte le"), _("Dernière activité"), _("Action"))]
    rows = [
        (
            devices.called(one.device, uow.language),
            formats.moment(one.started_at, uow.zone, uow.language),
            formats.ago(one.seen_at, uow.now, uow.zone, uow.language),
            button(icon("cross"), uow.translate("Fermer"), do="close", of=one.id, class_="btn quiet small"),
        )
        for one in sessions
    ]
    return table(uow.translate("Connexions ouvertes"), heads, rows)


def _on(page_state: PageState) -> dict[str, Handler]:
    def own(uow: UnitOfWork, number: int) -> int:
        """NotFound for an account of another family, or of the staff."""
        account = uow.get(Account, number)
        if account.family_id != families.by_number(uow, page_state.number).id:
            raise NotFound(f"account {number}")
        return account.id

    def create(uow: UnitOfWork, act: Act) -> Answer:
        adult = edit_families.adult_of(uow, families.by_number(uow, page_state.number), act.number())
        key = f"account-{adult.id}"
        try:
            account = access_grants.create(uow, adult, act.values.get("login", ""))
        except ValidationErrors as found:
            return faulty(page_state, key, act, found)
        page_state.shown.forget(key)
        text = uow.translate("Le compte {login} est créé. Communiquez maintenant l’accès.", login=account.login)
        return Answer(toast=text, focus=f"mail-{account.id}")

    async def mail(caller: Caller, act: Act) -> Answer:
        with caller.unit_of_work() as uow:
            own(uow, act.number())
        new = await access_grants.make_password()
        with caller.unit_of_work(writes=True) as uow:
            account = access_grants.mail(uow, own(uow, act.number()), new)
            adult = uow.get(Guardian, account.guardian_id)
            address = adult.email if protection.contact_shown(uow, adult) else uow.translate("l’adresse masquée")
        return Answer(toast=caller.translate("Un mot de passe provisoire part à {address}.", address=address))

    async def unblock(caller: Caller, act: Act) -> Answer:
        with caller.unit_of_work(writes=True) as uow:
            account = access_grants.unblock(uow, own(uow, act.number()))
        accounts_sessions.forget_failures(account)
        return Answer(toast=caller.translate("Le compte est débloqué."), focus="family-title")

    def block(uow: UnitOfWork, act: Act) -> Answer:
        access_grants.block(uow, own(uow, act.number()))
        return Answer(toast=uow.translate("Le compte est bloqué, ses connexions sont fermées."), focus="family-title")

    def close(uow: UnitOfWork, act: Act) -> Answer:
        signin = uow.get(SignIn, act.number())
        own(uow, signin.account_id)
        access_grants.close_session(uow, signin.id)
        return Answer(toast=uow.translate("La connexion est fermée."), focus="family-title")

    return {"create": create, "mail": mail, "block": block, "unblock": unblock, "close": close}


@plain(PATH + "/{family}/comptes/{account}/lettre.pdf", Audience.STAFF, writes=True)
async def letter(caller: Caller, request: Request, family: int, account: int) -> Response:
    """The letter of one account, and the note that it was printed."""
    with caller.unit_of_work(writes=True) as uow:
        whose, found, portal = _letter(uow, family, account)
        access_grants.hand_out(uow, [whose], uow.now)
        login = whose.login
    content = await asyncio.to_thread(access_letters.write, portal, [found])
    return pdf_answer(content, f"acces-{login}")


def _letter(uow: UnitOfWork, family: int, account: int) -> tuple[Account, AccessLetter, Portal]:
    number = families.by_number(uow, family).id
    found = access_grants.letters_for(uow, [account] if 0 < account < 2**31 else [])
    if not found or found[0][0].family_id != number:
        raise NotFound(f"letter of account {account}")
    portal = Portal(letterhead.letterhead_of(sites.here(uow)), access_grants.portal_address(), uow.today)
    return *found[0], portal


@plain(PATH + "/{family}/comptes/{account}/lettre", Audience.STAFF)
def letter_page(caller: Caller, request: Request, family: int, account: int) -> Response:
    """The same letter as a page, in its reader's language; reading it here gives it to nobody."""
    with caller.unit_of_work() as uow:
        _, found, portal = _letter(uow, family, account)
        site = sites.here(uow)
    said, language = access_letters.sentences(found), found.language
    path = f"{PATH}/{family}/comptes/{account}/lettre"
    body = html.article(
        html.address(join([found.name, *found.address], Markup("<br>"))),
        html.p(said.greeting),
        html.p(said.opening),
        facts(
            (
                (translate("Famille", language), translate("n° {number}", language, number=found.family)),
                (translate("Date", language), formats.long_day(portal.day, language)),
                (translate("Adresse du portail", language), portal.address),
                (translate("Votre identifiant", language), found.login),
            )
        ),
        html.h2(said.first_time),
        html.ol(html.li(each) for each in said.steps),
        html.p(said.closing, class_="soft"),
        class_="prose",
        lang=language if language != caller.language else None,
    )
    back = way_back(caller.translate("Retour"), f"{PATH}/{family}/comptes")
    links = html.p(html.a(icon("paper"), caller.translate("Lettre (PDF)"), href=f"{path}.pdf"), class_="links-row")
    return public_page(caller, said.title, join([html.p(back), body, links]), path=path, site=site)


tab("comptes", _draw, _on)
