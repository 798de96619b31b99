"""R-75: the register, the notice and the sheet of a breach are made of the settings and of what the portal holds."""

from io import BytesIO

import pytest
from pypdf import PdfReader

from data.core.errors import NotFound
from data.mail import letterhead
from data.pdf import statement as statements
from data.pdf.statement import Statement
from data.privacy import breach, records, register
from tests.demo_users import HELENE, PAUL, as_, both, set_site, site, today


def text_of(written: Statement) -> str:
    """Of its paper, as a reader gives it."""
    pages = PdfReader(BytesIO(statements.statement(written, letterhead.letterhead_of(site())))).pages
    return " ".join(" ".join(page.extract_text() for page in pages).replace("\xa0", " ").split())


def test_register_and_notice_say_what_the_settings_say_and_every_duration(database: str) -> None:
    set_site(
        legal={
            **site().legal,
            "publisher": "Ville de Valmont",
            "dpo": "",
            "recipients": "Logiciel Exemple\nLa commune",
        },
        retention={"letters": "45"},
        payment={"gateway": "payfip"},
    )
    kept, public = text_of(register.register(site(), "fr", today())), text_of(register.notice(site(), "fr", today()))
    for text in (kept, public):
        for expected in (
            "Ville de Valmont",
            "à compléter par le conservatoire",
            "Logiciel Exemple ; La commune",
            "PayFiP",
        ):
            assert expected in text
        assert "45 jours après l’envoi" in text
    for record in records.RECORDS:
        assert record.duration(site(), "fr") in kept, record.name
    assert "CNIL" in public
    assert "45 days after it was sent" in text_of(register.notice(site(), "en", today()))


@both
def test_the_sheet_of_a_breach_holds_what_the_portal_knows_and_the_hour_by_which_it_is_notified(database: str) -> None:
    typed = {
        "begun": "01/01/2020",
        "noticed": "24/11/2026 10 h",
        "integrity": "1",
        "what": "Une clé USB perdue.",
    }
    with as_(HELENE) as uow:
        known, written = breach.known(uow), text_of(breach.sheet(uow, typed))
    assert dict(known.counts)["Élèves"] >= dict(known.counts)["dont mineurs, ou sans date de naissance"] > 0
    for expected in (
        "27 novembre 2026 à 10 h 00",
        "Une clé USB perdue.",
        "Intégrité",
        "ne remonte pas",
        "Conséquences probables",
    ):
        assert expected in written
    assert "Confidentialité" not in written
    with as_(PAUL) as uow, pytest.raises(NotFound):
        breach.known(uow)


def test_a_day_and_an_hour_are_read_as_people_write_them(database: str) -> None:
    written = {
        "24/11/2026 10:15": "10:15",
        "24/11/2026 à 9h05": "09:05",
        "24/11/2026": "00:00",
        "hier": "",
        "24/11/2026 25:00": "",
        "": "",
    }
    with as_(HELENE) as uow:
        found = {typed: breach.moment_of(uow, typed) for typed in written}
    assert {typed: f"{moment:%H:%M}" if moment else "" for typed, moment in found.items()} == written
