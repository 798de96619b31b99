"""Telephone numbers: kept in one form, with the code of their country (E.164). Overseas ones have their own."""

import re
from functools import lru_cache

import phonenumbers
from phonenumbers import PhoneNumber, PhoneNumberFormat, PhoneNumberType, ValidationResult

from data.core.errors import UserError
from data.core.i18n import Language

# The first figures after the 0 that France's overseas departments have, as all of France dials them -> their own code.
OVERSEAS = {
    "262": "262", "263": "262", "692": "262", "693": "262", "269": "262", "639": "262", "590": "590", "690": "590", "691": "590",
    "596": "596", "696": "596", "697": "596", "594": "594", "694": "594",
}  # fmt: skip
FRENCH_MOBILE = re.compile(r"\+(33[67]|262(692|693|639)|590(690|691)|594694|596(696|697))")
FRENCH_PLAN = frozenset({"", "FR", "RE", "YT", "GP", "MF", "BL", "MQ", "GF"})
FRENCH = re.compile(r"0([1-9]\d{8})")
WRITTEN = re.compile(r"\+?[\d\s.\-/()\u2010\u2011–]+")
SEPARATORS = re.compile(r"[\s.\-/()\u2010\u2011–_,]")

WITHIN = re.compile(r"(?<!\d)(?:(?:\+|00)33[ .\-]?(?:\(0\))?|0)[ .\-]?[1-9](?:[ .\-]?\d{2}){4}(?!\d)")


def read_phone(text: str, country: str = "FR") -> str:
    """The number of what was typed, "" for nothing; UserError when it is not complete, or when two countries may have it.

    A local form is read as France's, or as that of the country where the person lives.
    """
    if not text:
        return ""
    if country in FRENCH_PLAN and (usual := usual_number(text)):
        return usual
    bare = SEPARATORS.sub("", text)
    french = FRENCH.fullmatch(bare)
    known = {}
    if not bare.startswith(("+", "00")) and country not in FRENCH_PLAN:
        number = _parsed(text, country)
        if number is not None and phonenumbers.is_valid_number(number):
            known[e164(number)] = number
        if french:
            known.setdefault(_overseas(french[1]), phonenumbers.parse(_overseas(french[1])))
    if len(known) > 1:
        known = _as_grouped(text, known) or known
    if len(known) > 1:
        raise UserError(
            "Ce numéro peut être de deux pays. Écrivez-le avec son indicatif : {numbers}.",
            numbers=", ".join(
                phonenumbers.format_number(each, PhoneNumberFormat.INTERNATIONAL) for each in known.values()
            ),
        )
    found = next(iter(known), "") or _whole(_parsed(text, "FR"))
    if not found and (within := numbers_within(text)):
        first = phonenumbers.format_number(phonenumbers.parse(within[0]), PhoneNumberFormat.NATIONAL)
        if len(within) > 1:
            raise UserError("Il y a plusieurs numéros ici. Gardez-en un ; les autres ont leurs champs.")
        raise UserError("Écrivez le numéro seul : {number}.", number=first)
    if not found and re.search(r"[^\W\d_]|/", text) and (whole := WITHIN.search(text)):
        raise UserError(
            "« {typed} » n’est pas un numéro seul. Gardez {number}.", typed=text[:60], number=whole[0].strip()
        )
    if not found:
        raise UserError("Ce numéro n’est pas complet. Exemple : 06 12 34 56 78, ou +41 21 123 45 67.")
    return found


def usual_number(text: str) -> str:
    """The number of ten figures as nearly everybody writes it, "" for anything else: the library takes a hundred times longer."""
    french = FRENCH.fullmatch(SEPARATORS.sub("", text))
    return _overseas(french[1]) if french else ""


def numbers_within(text: str) -> list[str]:
    """The numbers of « 0612345678 0387001122 », of « maman 06… papa 06… »; [] when a figure belongs to none of them."""
    if re.search(r"\d", WITHIN.sub("", text)):
        return []
    return [read_phone(each) for each in WITHIN.findall(text)]


def _overseas(national: str) -> str:
    """A French number of nine figures, with its own code."""
    return f"+{OVERSEAS.get(national[:3], '33')}{national}"


def _parsed(text: str, country: str) -> PhoneNumber | None:
    if not WRITTEN.fullmatch(text):  # the library would leave out what follows
        return None
    try:
        return phonenumbers.parse(text, country)
    except phonenumbers.NumberParseException:
        return None


def _whole(number: PhoneNumber | None) -> str:
    """The number, "" when figures lack or are too many, or when it would lose one."""
    if number is None or phonenumbers.is_possible_number_with_reason(number) != ValidationResult.IS_POSSIBLE:
        return ""
    if number.italian_leading_zero and not phonenumbers.is_valid_number(number):
        return ""
    if number.country_code == 33:
        return _overseas(str(number.national_number)) if not number.italian_leading_zero else ""
    return e164(number) if e164(phonenumbers.parse(e164(number))) == e164(number) else ""


def _as_grouped(text: str, known: dict[str, PhoneNumber]) -> dict[str, PhoneNumber]:
    """« 061 234 56 78 » is Swiss, « 06 12 34 56 78 » French: those whose figures are grouped as they were typed."""
    typed = re.findall(r"\d+", text)
    return {
        key: number
        for key, number in known.items()
        if re.findall(r"\d+", phonenumbers.format_number(number, PhoneNumberFormat.NATIONAL)) == typed
    }


def is_mobile(number: str) -> bool:
    """Of a kept number. Each country has its own plan: « +687 7… » is one, « +7 495… » and « +689 40… » are none."""
    if FRENCH_MOBILE.match(number):
        return True
    if number.startswith("+33") or not number.startswith("+"):
        return False
    return phonenumbers.number_type(phonenumbers.parse(number)) == PhoneNumberType.MOBILE


def e164(number: PhoneNumber) -> str:
    return phonenumbers.format_number(number, PhoneNumberFormat.E164)


@lru_cache(maxsize=4096)
def format_phone(shown: str, language: Language = "fr") -> str:
    """« 06 12 34 56 78 », « +41 21 123 45 67 », « +262 692 12 34 56 »."""
    if not shown.startswith("+"):
        return shown
    number = phonenumbers.parse(shown)
    style = PhoneNumberFormat.NATIONAL if number.country_code == 33 else PhoneNumberFormat.INTERNATIONAL
    return phonenumbers.format_number(number, style)
