"""Right files of each kind into the demonstration's site, and wrong values to plant in them: one cell, or one line more."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from data.billing.models import Invoice
from data.families.models import Family, Pupil
from data.schooling.models import Course
from tests.demo_users import every

YEAR = "2026-2027"
DAYS = ("31/02/2015", "00/00/2014", "12/2014", "2014", "14/13/2014", "16/06/12", "41712", "hier", "16/06/2112", "16/06/1812", "1/1", "16//06/2014")
CHILDREN = (*DAYS, "16/06/1975", "16/06/2027")
ADULTS = (*DAYS, "16/06/2019", "16/06/2027")
AMOUNTS = ("1.500", "1,500", "12,345", "-50", "50-60", "douze", "12 50", "162,00 $", "1E+03", "99999999999", "(50,00)", "50,00 D", "?", "#N/A", "12,5,0")
EMAILS = ("claire@", "claire@orange", "claire orange.fr", "claire@gmail.con", "claire@@x.fr", "claire.aubry@gmail.c", "rené@orange.fr", "@orange.fr", "a@b.fr;c@d.fr", "claire@orange.fr.")
PHONES = ("061234567", "06 12 34 56 7", "06123456789", "612345678", "00000", "06", "voir mère", "06.12.34.56.78.90", "+33 6 12 34 56", "0012345678", "06 12 34 56 78 / 07")
YEARS = ("26/28", "2026/2028", "2062-2063", "1926-1927", "26", "l’an dernier", "2027-2026")
FAMILIES = ("9999", "inconnue", "0", "10012,5", "1E+04")
WORDS = ("Pianno", "Xylophage", "123")
FLAGS = ("peut-être", "2", "oui/non")
HOURS = ("25:00", "17h75", "midi", "5", "1715")


class File(NamedTuple):
    """Its kind, titles, right lines; column -> values that are wrong there."""

    kind: str
    heads: Sequence[str]
    rows: Sequence[Sequence[str]]
    wrong: Mapping[str, Sequence[str]]


def files() -> list[File]:
    people, children = every(Family, Family.site_id == 1)[:6], every(Pupil, Pupil.site_id == 1)[:6]
    numbers = [str(each.number) for each in people]
    pupils = [str(each.number) for each in children]
    invoice = next(each.number for each in every(Invoice, Invoice.site_id == 1))
    course = next(each.number for each in every(Course) if each.school_year == YEAR)
    return [
        File(
            "families",
            ["N° famille", "Civilité", "Nom", "Prénom", "Date de naissance", "Adresse", "Code postal", "Ville", "Téléphone mobile", "E-mail", "Droit à l’image"],
            [[str(8001 + at), "Mme" if at % 2 else "M.", name, first, f"1{at}/06/198{at}", f"{at + 1} rue Haute", "57000", "Metz", f"06 12 34 56 7{at}", f"{first.lower()}@example.org", "oui"]
             for at, (name, first) in enumerate((("Vauquelin", "Rose"), ("Ozanne", "Luc"), ("Perrec", "Anna"), ("Tissot", "Marc"), ("Quesnel", "Jade"), ("Urbain", "Paul")))],
            {"Date de naissance": ADULTS, "E-mail": EMAILS, "Téléphone mobile": PHONES, "Code postal": ("5700", "57O00", "570000", "Metz"), "Civilité": ("Dr", "M. et Mme", "X"), "Droit à l’image": FLAGS, "Nom": ("Dur4nd", "", "?"), "N° famille": ("", "8001,5", "1E+04", "08001")},
        ),
        File(
            "pupils",
            ["N° élève", "Nom", "Prénom", "Sexe", "Date de naissance", "N° famille", "Discipline", "Cycle"],
            [[str(9001 + at), name, first, "F", f"1{at}/06/201{at}", numbers[at], ("Piano", "Violon")[at % 2], "1er cycle"]
             for at, (name, first) in enumerate((("Vauquelin", "Zélie"), ("Ozanne", "Ida"), ("Perrec", "Nora"), ("Tissot", "Alma"), ("Quesnel", "Lise"), ("Urbain", "Mila")))],
            {"Date de naissance": CHILDREN, "N° famille": FAMILIES, "Discipline": WORDS, "Sexe": ("Z", "Mme", "3"), "Cycle": ("1er cylce", "9e cycle"), "Nom": ("", "Dur4nd"), "N° élève": ("", "9001,5", "1E+04", "09001")},
        ),
        File(
            "pupils-and-adults",
            ["N° famille", "Nom élève", "Prénom élève", "Date de naissance élève", "Discipline", "Nom responsable 1", "Prénom responsable 1", "Adresse", "Code postal", "Ville", "Tél mobile responsable 1", "E-mail responsable 1", "Année scolaire"],
            [[str(8101 + at), name, first, f"1{at}/06/201{at}", ("Piano", "Violon")[at % 2], name, other, f"{at + 1} rue Haute", "57000", "Metz", f"06 12 34 56 8{at}", f"{other.lower()}.{at}@example.org", YEAR]
             for at, (name, first, other) in enumerate((("Vauquelin", "Zélie", "Rose"), ("Ozanne", "Ida", "Luc"), ("Perrec", "Nora", "Anna"), ("Tissot", "Alma", "Marc"), ("Quesnel", "Lise", "Jade"), ("Urbain", "Mila", "Paul")))],
            {"Date de naissance élève": CHILDREN, "E-mail responsable 1": EMAILS, "Tél mobile responsable 1": PHONES, "Discipline": WORDS, "Année scolaire": YEARS, "Code postal": ("5700", "57O00", "570000"), "Nom élève": ("Dur4nd", "")},
        ),
        File(
            "courses",
            ["Année scolaire", "N° cours", "Intitulé", "Département", "Enseignant", "Jour", "Heure de début", "Durée (minutes)", "Salle"],
            [[YEAR, f"ZZ {at}", f"Piano {at}", ("Piano", "Violon")[at % 2], "Carmen Astarel", "mercredi", f"1{at}:15", "30", "Salle Ravel"] for at in range(6)],
            {"Année scolaire": YEARS, "Jour": ("mercerdi", "8", "tous"), "Heure de début": HOURS, "Durée (minutes)": ("trente", "-30", "1 h 75", "9999"), "Département": WORDS, "Enseignant": ("Carmen Astarell", "Astarel C."), "N° cours": ("", "1E+04"), "Intitulé": ("",)},
        ),
        File(
            "invoices",
            ["N° facture", "N° famille", "Date", "Échéance", "Libellé", "Montant"],
            [[f"ZF{at}", numbers[at], f"1{at}/10/2026", f"2{at}/11/2026", "Cotisation 2026-2027", f"3{at}2,00"] for at in range(6)],
            {"Date": (*DAYS, "10/10/2062"), "Échéance": (*DAYS, "10/10/1999"), "Montant": AMOUNTS, "N° famille": FAMILIES, "N° facture": ("", "1E+04")},
        ),
        File(
            "payments",
            ["N° règlement", "N° famille", "Date", "Mode de règlement", "Montant"],
            [[f"ZR{at}", numbers[at], f"1{at}/10/2026", "Chèque", f"1{at}2,00"] for at in range(6)],
            {"Date": (*DAYS, "10/10/2062"), "Montant": AMOUNTS, "N° famille": FAMILIES, "Mode de règlement": ("Chéqe", "rejeté"), "N° règlement": ("1E+04",)},
        ),
        File(
            "marks",
            ["N° élève", "N° cours", "Année scolaire", "Type d’évaluation", "Date", "Note"],
            [[pupils[at], course, YEAR, "Contrôle planté", "12/12/2026", f"1{at},5"] for at in range(6)],
            {"Date": (*DAYS, "12/12/2024"), "Note": ("21", "-3", "abs", "12/20", "A+", "1 5", "155", "15;5", "1.500"), "N° élève": ("9999999", "0", "", "2042,5"), "N° cours": ("ZZZ", ""), "Année scolaire": YEARS},
        ),
        File(
            "absences",
            ["N° élève", "N° cours", "Année scolaire", "Date", "Heure", "Durée (minutes)", "Motif", "Justifiée"],
            [[pupils[at], course, YEAR, f"1{at}/12/2026", "17:15", "30", "Maladie", "oui"] for at in range(6)],
            {"Date": (*DAYS, "12/12/2024"), "Heure": HOURS, "Durée (minutes)": ("trente", "-30"), "Justifiée": FLAGS, "N° élève": ("9999999",), "N° cours": ("ZZZ",)},
        ),
        File(
            "lessons",
            ["N° cours", "Année scolaire", "Date", "Heure de début", "Durée (minutes)", "Statut"],
            [[course, YEAR, f"1{at}/12/2026", "07:15", "30", "prévu"] for at in range(6)],
            {"Date": (*DAYS, "12/12/2024"), "Heure de début": HOURS, "Durée (minutes)": ("trente", "-30", "1 h 75"), "Statut": ("prevvu", "?"), "N° cours": ("ZZZ", ""), "Année scolaire": YEARS},
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
            {"Date": DAYS, "Durée (secondes)": ("long", "-3", "3 min 75"), "N° élève": ("9999999", "")},
        ),
        File(
            "instalments",
            ["N° facture", "Échéance", "Montant"],
            [[invoice, f"1{at}/12/2026", "10,00"] for at in range(6)],
            {"Échéance": (*DAYS, "10/10/1999"), "Montant": AMOUNTS, "N° facture": ("ZZZ", "")},
        ),
        File(
            "links",
            ["N° élève", "N° famille", "Rattachement", "Droits"],
            [[pupils[at], numbers[5 - at], "second foyer", "consulter"] for at in range(2)] + [[pupils[at], numbers[5 - at], "second foyer", "consulter"] for at in range(2, 6)],
            {"N° élève": ("9999999", ""), "N° famille": FAMILIES, "Rattachement": ("?", "mère"), "Droits": ("rien du tout",)},
        ),
        File(
            "enrolments",
            ["N° élève", "Année scolaire", "N° cours", "Niveau", "Statut", "Du", "Moyenne /20"],
            [[pupils[at], YEAR, course, "2e année", "inscrit", "14/09/2026", "15,75"] for at in range(6)],
            {"Année scolaire": YEARS, "Statut": ("inscri", "?"), "Du": (*DAYS, "14/09/1999"), "Moyenne /20": ("21", "-3", "155", "1.500"), "N° élève": ("9999999",), "N° cours": ("ZZZ",)},
        ),
    ]  # fmt: skip


TOTALS = ("Total", "TOTAL GÉNÉRAL", "Sous-total", "Total :")
