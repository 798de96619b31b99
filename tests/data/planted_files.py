"""Right files of each kind into the demonstration's site, and wrong values to plant in them: one cell, or one line more."""

# ruff: noqa: E501 — a line of a file stays a line

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from hypothesis import strategies as st

from data.billing.models import Invoice
from data.families.models import Family, Pupil
from data.schooling.models import Course
from tests.demo_users import every

YEAR = "2026-2027"
# What is wrong in a column, by sorts: some values that were seen, and more of their kind made by machine.
DAY, CHILD, ADULT, AMOUNT, EMAIL, PHONE, SCHOOL_YEAR, FAMILY, HOUR = (
    "day",
    "child",
    "adult",
    "amount",
    "email",
    "phone",
    "year",
    "family",
    "hour",
)
DAYS = (
    "31/02/2015",
    "00/00/2014",
    "12/2014",
    "2014",
    "14/13/2014",
    "16/06/12",
    "41712",
    "hier",
    "16/06/2112",
    "16/06/1812",
    "1/1",
    "16//06/2014",
)
SEEN = {
    DAY: DAYS,
    CHILD: (*DAYS, "16/06/1975", "16/06/2027"),
    ADULT: (*DAYS, "16/06/2019", "16/06/2027"),
    AMOUNT: ("1.500", "1,500", "12,345", "-50", "50-60", "douze", "12 50", "162,00 $", "1E+03", "99999999999", "(50,00)", "50,00 D", "?", "#N/A", "12,5,0"),
    EMAIL: ("claire@", "claire@orange", "claire orange.fr", "claire@gmail.con", "claire@@x.fr", "claire.aubry@gmail.c", "rené@orange.fr", "@orange.fr", "a@b.fr;c@d.fr", "claire@orange.fr."),
    PHONE: ("061234567", "06 12 34 56 7", "06123456789", "612345678", "00000", "06", "voir mère", "06.12.34.56.78.90", "+33 6 12 34 56", "0012345678", "06 12 34 56 78 / 07"),
    SCHOOL_YEAR: ("26/28", "2026/2028", "2062-2063", "1926-1927", "26", "l’an dernier", "2027-2026"),
    FAMILY: ("9999", "inconnue", "0", "10012,5", "1E+04"),
    HOUR: ("25:00", "17h75", "midi", "5", "1715"),
}  # fmt: skip
_days, _months, _years = st.integers(1, 28), st.integers(1, 12), st.integers(1990, 2020)
_no_days = st.builds("{:02d}/{:02d}/{}".format, st.integers(32, 99), _months, _years) | st.builds(
    "{:02d}/{:02d}/{}".format, _days, st.integers(13, 31).filter(lambda month: month > 28), _years
)
MADE: dict[str, st.SearchStrategy[str]] = {
    DAY: _no_days,
    CHILD: _no_days,
    ADULT: _no_days,
    AMOUNT: st.from_regex(r"[1-9]\d{0,2}[.,]\d{3}|-[1-9]\d{0,3}|[1-9]\d? \d{2}", fullmatch=True),
    EMAIL: st.from_regex(r"[a-z]{3,9}@[a-z]{3,9}|[a-z]{3,9}@[a-z]{3,9}\.[a-z]|[a-z]{3,9}\.[a-z]{2,3}", fullmatch=True),
    PHONE: st.from_regex(r"0[1-9]\d{0,7}|0[1-9]\d{9,11}", fullmatch=True),
    SCHOOL_YEAR: st.builds("{}-{}".format, st.integers(2000, 2027), st.integers(2000, 2027)).filter(lambda year: int(year[5:]) != int(year[:4]) + 1),
    FAMILY: st.from_regex(r"[3-9]\d{5}|[a-z]{4,9}", fullmatch=True),
    HOUR: st.builds("{}:{:02d}".format, st.integers(24, 99), st.integers(0, 59)) | st.builds("{}h{}".format, st.integers(0, 23), st.integers(60, 99)),
}  # fmt: skip
WORDS = ("Pianno", "Xylophage", "123")
FLAGS = ("peut-être", "2", "oui/non")


class File(NamedTuple):
    """Its kind, titles, right lines; column -> values that are wrong there."""

    kind: str
    heads: Sequence[str]
    rows: Sequence[Sequence[str]]
    wrong: Mapping[str, str | Sequence[str]]

    def values(self, title: str) -> st.SearchStrategy[str]:
        """What is wrong in that column."""
        sort = self.wrong[title]
        return st.sampled_from(SEEN[sort]) | MADE[sort] if isinstance(sort, str) else st.sampled_from(sort)

    def planted(self, title: str, value: str, line: int) -> bytes:
        """With that value in that line, from 0."""
        rows = [list(row) for row in self.rows]
        rows[line][list(self.heads).index(title)] = value
        return csv([self.heads, *rows])


def csv(rows: Sequence[Sequence[str]]) -> bytes:
    return "\r\n".join(";".join(f'"{cell}"' for cell in row) for row in rows).encode("utf-8-sig")


def files() -> list[File]:
    people, children = every(Family, Family.site_id == 1)[:6], every(Pupil, Pupil.site_id == 1)[:6]
    numbers = [str(each.number) for each in people]
    pupils = [str(each.number) for each in children]
    invoice = next(each.number for each in every(Invoice, Invoice.site_id == 1) if each.school_year == YEAR)
    course = next(each.number for each in every(Course) if each.school_year == YEAR)
    return [
        File(
            "families",
            ["N° famille", "Civilité", "Nom", "Prénom", "Date de naissance", "Adresse", "Code postal", "Ville", "Téléphone mobile", "E-mail", "Droit à l’image"],
            [[str(8001 + at), "Mme" if at % 2 else "M.", name, first, f"1{at}/06/198{at}", f"{at + 1} rue Haute", "57000", "Metz", f"06 12 34 56 7{at}", f"{first.lower()}@example.org", "oui"]
             for at, (name, first) in enumerate((("Vauquelin", "Rose"), ("Ozanne", "Luc"), ("Perrec", "Anna"), ("Tissot", "Marc"), ("Quesnel", "Jade"), ("Urbain", "Paul")))],
            {"Date de naissance": ADULT, "E-mail": EMAIL, "Téléphone mobile": PHONE, "Code postal": ("5700", "57O00", "570000", "Metz"), "Civilité": ("Dr", "M. et Mme", "X"), "Droit à l’image": FLAGS, "Nom": ("Dur4nd", "", "?"), "N° famille": ("", "8001,5", "1E+04", "08001")},
        ),
        File(
            "pupils",
            ["N° élève", "Nom", "Prénom", "Sexe", "Date de naissance", "N° famille", "Discipline", "Cycle"],
            [[str(9001 + at), name, first, "F", f"1{at}/06/201{at}", numbers[at], ("Piano", "Violon")[at % 2], "1er cycle"]
             for at, (name, first) in enumerate((("Vauquelin", "Zélie"), ("Ozanne", "Ida"), ("Perrec", "Nora"), ("Tissot", "Alma"), ("Quesnel", "Lise"), ("Urbain", "Mila")))],
            {"Date de naissance": CHILD, "N° famille": FAMILY, "Discipline": WORDS, "Sexe": ("Z", "Mme", "3"), "Cycle": ("1er cylce", "9e cycle"), "Nom": ("", "Dur4nd"), "N° élève": ("", "9001,5", "1E+04", "09001")},
        ),
        File(
            "pupils-and-adults",
            ["N° famille", "Nom élève", "Prénom élève", "Date de naissance élève", "Discipline", "Nom responsable 1", "Prénom responsable 1", "Adresse", "Code postal", "Ville", "Tél mobile responsable 1", "E-mail responsable 1", "Année scolaire"],
            [[str(8101 + at), name, first, f"1{at}/06/201{at}", ("Piano", "Violon")[at % 2], name, other, f"{at + 1} rue Haute", "57000", "Metz", f"06 12 34 56 8{at}", f"{other.lower()}.{at}@example.org", YEAR]
             for at, (name, first, other) in enumerate((("Vauquelin", "Zélie", "Rose"), ("Ozanne", "Ida", "Luc"), ("Perrec", "Nora", "Anna"), ("Tissot", "Alma", "Marc"), ("Quesnel", "Lise", "Jade"), ("Urbain", "Mila", "Paul")))],
            {"Date de naissance élève": CHILD, "E-mail responsable 1": EMAIL, "Tél mobile responsable 1": PHONE, "Discipline": WORDS, "Année scolaire": SCHOOL_YEAR, "Code postal": ("5700", "57O00", "570000"), "Nom élève": ("Dur4nd", "")},
        ),
        File(
            "courses",
            ["Année scolaire", "N° cours", "Intitulé", "Département", "Enseignant", "Jour", "Heure de début", "Durée (minutes)", "Salle"],
            [[YEAR, f"ZZ {at}", f"Piano {at}", ("Piano", "Violon")[at % 2], "Carmen Astarel", "mercredi", f"1{at}:15", "30", "Salle Ravel"] for at in range(6)],
            {"Année scolaire": SCHOOL_YEAR, "Jour": ("mercerdi", "8", "tous"), "Heure de début": HOUR, "Durée (minutes)": ("trente", "-30", "1 h 75", "9999"), "Département": WORDS, "Enseignant": ("Carmen Astarell", "Astarel C."), "N° cours": ("", "1E+04"), "Intitulé": ("",)},
        ),
        File(
            "invoices",
            ["N° facture", "N° famille", "Date", "Échéance", "Libellé", "Montant"],
            [[f"ZF{at}", numbers[at], f"1{at}/10/2026", f"2{at}/11/2026", "Cotisation 2026-2027", f"3{at}2,00"] for at in range(6)],
            {"Date": (*DAYS, "10/10/2062"), "Échéance": (*DAYS, "10/10/1999"), "Montant": AMOUNT, "N° famille": FAMILY, "N° facture": ("", "1E+04")},
        ),
        File(
            "payments",
            ["N° règlement", "N° famille", "Date", "Mode de règlement", "Montant"],
            [[f"ZR{at}", numbers[at], f"1{at}/10/2026", "Chèque", f"1{at}2,00"] for at in range(6)],
            {"Date": (*DAYS, "10/10/2062"), "Montant": AMOUNT, "N° famille": FAMILY, "Mode de règlement": ("Chéqe", "rejeté"), "N° règlement": ("1E+04",)},
        ),
        File(
            "marks",
            ["N° élève", "N° cours", "Année scolaire", "Type d’évaluation", "Date", "Note"],
            [[pupils[at], course, YEAR, "Contrôle planté", "12/12/2026", f"1{at},5"] for at in range(6)],
            {"Date": (*DAYS, "12/12/2024"), "Note": ("21", "-3", "abs", "12/20", "A+", "1 5", "155", "15;5", "1.500"), "N° élève": ("9999999", "0", "", "2042,5"), "N° cours": ("ZZZ", ""), "Année scolaire": SCHOOL_YEAR},
        ),
        File(
            "absences",
            ["N° élève", "N° cours", "Année scolaire", "Date", "Heure", "Durée (minutes)", "Motif", "Justifiée"],
            [[pupils[at], course, YEAR, f"1{at}/12/2026", "17:15", "30", "Maladie", "oui"] for at in range(6)],
            {"Date": (*DAYS, "12/12/2024"), "Heure": HOUR, "Durée (minutes)": ("trente", "-30"), "Justifiée": FLAGS, "N° élève": ("9999999",), "N° cours": ("ZZZ",)},
        ),
        File(
            "lessons",
            ["N° cours", "Année scolaire", "Date", "Heure de début", "Durée (minutes)", "Statut"],
            [[course, YEAR, f"1{at}/12/2026", "07:15", "30", "prévu"] for at in range(6)],
            {"Date": (*DAYS, "12/12/2024"), "Heure de début": HOUR, "Durée (minutes)": ("trente", "-30", "1 h 75"), "Statut": ("prevvu", "?"), "N° cours": ("ZZZ", ""), "Année scolaire": SCHOOL_YEAR},
        ),
        File(
            "assessments",
            ["N° cours", "Année scolaire", "Type d’évaluation", "Date", "Barème", "Coef.", "Moyenne de la classe"],
            [[course, YEAR, f"Contrôle {at}", f"1{at}/12/2026", "20", "1", "14,20"] for at in range(6)],
            {"Date": (*DAYS, "12/12/2024"), "Barème": ("0", "-20", "vingt"), "Coef.": ("-1", "un"), "Moyenne de la classe": ("21", "-3", "155"), "N° cours": ("ZZZ",)},
        ),
        File(
            "pieces",
            ["N° élève", "Événement", "Date", "Œuvre", "Compositeur", "Durée (secondes)"],
            [[pupils[at], "Audition plantée", "18/12/2026", f"Étude n° {at}", "Carl Czerny", "3 min 30"] for at in range(6)],
            {"Date": DAY, "Durée (secondes)": ("long", "-3", "3 min 75"), "N° élève": ("9999999", "")},
        ),
        File(
            "instalments",
            ["N° facture", "Échéance", "Montant"],
            [[invoice, f"1{at}/12/2026", "10,00"] for at in range(6)],
            {"Échéance": (*DAYS, "10/10/1999"), "Montant": AMOUNT, "N° facture": ("ZZZ", "")},
        ),
        File(
            "links",
            ["N° élève", "N° famille", "Rattachement", "Droits"],
            [[pupils[at], numbers[5 - at], "second foyer", "consulter"] for at in range(6)],
            {"N° élève": ("9999999", ""), "N° famille": FAMILY, "Rattachement": ("?", "mère"), "Droits": ("rien du tout",)},
        ),
        File(
            "enrolments",
            ["N° élève", "Année scolaire", "N° cours", "Niveau", "Statut", "Du", "Moyenne /20"],
            [[pupils[at], YEAR, course, "2e année", "inscrit", "14/09/2026", "15,75"] for at in range(6)],
            {"Année scolaire": SCHOOL_YEAR, "Statut": ("inscri", "?"), "Du": (*DAYS, "14/09/1999"), "Moyenne /20": ("21", "-3", "155", "1.500"), "N° élève": ("9999999",), "N° cours": ("ZZZ",)},
        ),
    ]  # fmt: skip


TOTALS = ("Total", "TOTAL GÉNÉRAL", "Sous-total", "Total :")
