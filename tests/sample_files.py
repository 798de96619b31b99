"""Files as other programs and small schools write them: invented people, real habits. Each builder gives (file name, bytes)."""

# ruff: noqa: E501 — a line of a file stays a line

import io
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from itertools import cycle, islice
from random import Random
from typing import NamedTuple

import openpyxl

Set = tuple[str, bytes]
LAST = (
    "AUBERTIN",
    "BEN SAÏD",
    "BŒUF",
    "CARPENTIER",
    "D’ALMEIDA",
    "DE LA TOUR",
    "ÉVRARD",
    "FABRE",
    "GÉRARD",
    "HÉRAUD",
    "L’HÔTE",
    "MÜLLER",
)
FIRST = (
    "Élodie",
    "Fatou",
    "Rémi",
    "Maëlle",
    "Loïc",
    "Sylvie",
    "Gaël",
    "Noémie",
    "Chloé",
    "Inès",
    "Zoé",
    "Cédric",
    "Yann",
    "Lucie",
)
STREETS = (
    "bd Victor-Hugo",
    "impasse des Bœufs",
    "rue de l’Église",
    "rue du Général-Leclerc",
    "avenue Foch",
    "place de la République",
)
TOWNS = (("57220", "Boulay-Moselle"), ("57000", "Metz"), ("01000", "Bourg-en-Bresse"))
DISCIPLINES = ("Piano", "Violon", "Flûte traversière", "Guitare", "Trompette", "Chant")


def families(count: int, seed: int = 7) -> Iterator[tuple[int, dict[str, str], list[dict[str, str]]]]:
    """(family's key, what its adults share, its pupils): the same from one run to the next."""
    dice = Random(seed)
    for number in range(1001, 1001 + count):
        name, first, other = dice.choice(LAST), dice.choice(FIRST), dice.choice(FIRST)
        postcode, town = dice.choice(TOWNS)
        home = {
            "name": name, "first": first, "address": f"{dice.randint(1, 60)} {dice.choice(STREETS)}", "postcode": postcode, "town": town,
            "mobile": f"06{dice.randint(10_000_000, 99_999_999)}", "email": f"famille{number}@example.org",
            "other_name": dice.choice(LAST) if dice.random() < 0.5 else "", "other": other,
            "other_mobile": f"07{dice.randint(10_000_000, 99_999_999)}", "other_email": f"second{number}@example.org",
        }  # fmt: skip
        pupils = [
            {"first": each, "birth": f"{dice.randint(1, 28):02d}/{dice.randint(1, 12):02d}/{dice.randint(2009, 2019)}", "discipline": dice.choice(DISCIPLINES)}
            for each in dice.sample(FIRST, dice.randint(1, 3))
        ]  # fmt: skip
        yield number, home, pupils


def _csv(rows: list[list[str]], *, sign: str = ";", coding: str = "cp1252", end: str = "\r\n") -> bytes:
    return end.join(sign.join(row) for row in rows).encode(coding)


def _workbook(**sheets: list[list[object]]) -> bytes:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for title, rows in sheets.items():
        sheet = book.create_sheet(title.replace("_", " "))
        for row in rows:
            sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def school_program(count: int = 20) -> Set:
    """A pupil a line with one or two adults, ten and more columns of them, in capitals, as a school's program writes them."""
    heads = (
        "NUM_ELEVE NOM_ELEVE PRENOM_ELEVE SEXE DATE_NAISS NUM_FAMILLE CIV_RESP1 NOM_RESP1 PRENOM_RESP1 ADRESSE_RESP1 CP_RESP1 VILLE_RESP1 "
        "TEL_PORT_RESP1 MAIL_RESP1 CIV_RESP2 NOM_RESP2 PRENOM_RESP2 ADRESSE_RESP2 CP_RESP2 VILLE_RESP2 TEL_PORT_RESP2 MAIL_RESP2 "
        "DISCIPLINE1 CYCLE ANNEE_SCOLAIRE"
    ).split()
    rows, pupil = [heads], 5000
    for number, home, pupils in families(count):
        place = [home["address"], home["postcode"], home["town"]]
        second = ["M.", home["other_name"], home["other"], *place, home["other_mobile"], home["other_email"]]
        for each in pupils:
            pupil += 1
            first = ["Mme", home["name"], home["first"], *place, home["mobile"], home["email"]]
            rows.append(
                [str(pupil), home["name"], each["first"], "F", each["birth"], str(number), *first]
                + (second if home["other_name"] else [""] * 8)
                + [each["discipline"], "1er cycle", "2026/2027"]
            )
    return "eleves.csv", _csv(rows)


def small_school() -> Set:
    """A list kept by hand for years: a title, a note, sections, totals, « idem », two parents in a cell, ages."""
    rows: list[list[object]] = [
        ["ÉCOLE DE MUSIQUE DE SAINT-AUBIN – INSCRITS 2026/2027"],
        ["maj le 12/09 (Odile)"],
        [],
        ["Famille", "Élève", "Âge", "Cours", "Téléphone", "Mail", "Adresse", "Montant", "Réglé ?"],
        ["PIANO"],
        ["M. et Mme GARNIER Jean et Anne", "Léa", 9, "Piano", 612345678, "jean.garnier@example.org / anne.garnier@example.org", "3 rue Haute 57220 Boulay-Moselle", "162,00 €", "oui"],
        ["M. et Mme GARNIER Jean et Anne", "Tom", 7, "Éveil", "idem", "idem", "idem", "81,00 €", "oui"],
        ["Mme MORIN Sophie", "Chloé", 11, "Piano", "06 11 22 33 44 (portable maman)", "sophie.morin@example.org", "12 bis av. Foch\n57000 METZ", 162, "chq"],
        ["Total piano", "3 élèves", None, None, None, None, None, "=SUM(H6:H8)"],
        [],
        ["VIOLON"],
        ["M. ROLLAND Luc (adulte)", "lui-même", 52, "Violon", "03.87.00.11.22 ou 0611223355", "luc.rolland@example.org", "57220 BOULAY-MOSELLE, 1 place du Marché", "210", "3x"],
        ["Mme LEROY / M. PETIT (séparés)", "Nina Petit", "8 ans", "Violon", "0612000001 / 0612000002", "leroy@example.org;petit@example.org", "voir dossier", 162, "NON"],
        ["Mme MORIN Sophie", "Jules", 14, "Violon", None, None, None, 162, "oui"],
        ["Total violon", "3 élèves", None, None, None, None, None, 534],
        [],
        ["TOTAL GÉNÉRAL", "6 élèves", None, None, None, None, None, 939],
    ]  # fmt: skip
    return "inscrits.xlsx", _workbook(Inscrits_26_27=rows)


def bills(count: int = 20) -> Set:
    """Totals with their sign, credit notes, negative invoices, years on two figures."""
    rows = [["N° pièce", "Date pièce", "Code famille", "Libellé", "Type", "Montant TTC", "Échéance", "Annee"]]
    for number, _, pupils in families(count):
        total = f"{162 * len(pupils)},00 €"
        rows.append(
            [
                f"FA26{number}",
                "15/10/2026",
                str(number),
                "Cotisation 1er trimestre",
                "FACTURE",
                total,
                "15/11/2026",
                "26/27",
            ]
        )
        if number % 5 == 0:
            rows.append([f"AV26{number}", "20/10/2026", str(number), "Avoir fratrie", "AVOIR", "-32,40", "", "26/27"])
        if number % 6 == 0:
            rows.append(
                [f"FA27{number}", "21/10/2026", str(number), "Remise salle", "FACTURE", "-15,00 €", "", "26/27"]
            )
    return "factures.csv", _csv(rows)


def receipts(count: int = 20) -> Set:
    """Payments with their invoice; on account; a cheque that came back; short words for means."""
    rows = [["N° encaissement", "Date", "Code famille", "Mode", "Réf.", "Montant", "N° pièce", "Observation"]]
    for at, (number, _, pupils) in enumerate(families(count), 1):
        means = ("PRLV", "CHQ", "CB", "ESP")[at % 4]
        rows.append(
            [
                f"R{at:05d}",
                "02/11/2026",
                str(number),
                means,
                str(1000 + at),
                f"{162 * len(pupils)},00 €",
                f"FA26{number}",
                "",
            ]
        )
    rows.append(["R00901", "03/11/2026", "1003", "CHQ", "1234567", "-162,00", "FA261003", "chèque rejeté"])
    rows.append(["R00902", "03/11/2026", "1004", "CB", "998", "1.234,56", "", "acompte"])
    rows.append(["R00903", "03/11/2026", "1005", "ESP", "", "50,5", "", ""])
    return "reglements.csv", _csv(rows)


def merged_titles(count: int = 12) -> Set:
    """A notice first; then titles on two lines, groups of columns over their names."""
    notice: list[list[object]] = [
        ["Mode d’emploi"],
        ["Ne pas modifier l’onglet suivant."],
        ["Contact : secretariat@example.org"],
    ]
    upper: list[object] = [
        "Élève",
        None,
        None,
        "Responsable 1",
        None,
        None,
        None,
        "Responsable 2",
        None,
        None,
        "Adresse",
        None,
        None,
    ]
    lower: list[object] = [
        "Nom",
        "Prénom",
        "Né(e) le",
        "Nom",
        "Prénom",
        "Portable",
        "Mél",
        "Nom",
        "Prénom",
        "Portable",
        "Rue",
        "CP",
        "Ville",
    ]
    rows: list[list[object]] = [upper, lower]
    for _, home, pupils in families(count, seed=11):
        second = [home["other_name"], home["other"], home["other_mobile"]] if home["other_name"] else [None] * 3
        rows += [
            [
                home["name"],
                each["first"],
                each["birth"],
                home["name"],
                home["first"],
                home["mobile"],
                home["email"],
                *second,
                home["address"],
                home["postcode"],
                home["town"],
            ]
            for each in pupils
        ]
    return "liste_officielle.xlsx", _workbook(Notice=notice, Liste=rows)


def english_tabs(count: int = 12) -> Set:
    """Tabs, UTF-16, titles in English, two children's columns on a line."""
    heads = ["Family ID", "Parent last name", "Parent first name", "Email", "Mobile", "Street", "Postcode", "City"]
    heads += ["Child first name", "Child birth date", "Child first name", "Child birth date"]
    rows = [heads]
    for number, home, pupils in families(count, seed=13):
        children = [text for each in [*pupils, {}, {}][:2] for text in (each.get("first", ""), each.get("birth", ""))]
        rows.append(
            [
                f"F-{number}",
                home["name"],
                home["first"],
                home["email"],
                home["mobile"],
                home["address"],
                home["postcode"],
                home["town"],
                *children,
            ]
        )
    return "contacts.txt", _csv(rows, sign="\t", coding="utf-16")


def sections_and_totals(count: int = 20) -> Set:
    """Invoices by term, a section each, with totals and a page's number at the end of each."""
    rows: list[list[object]] = [
        ["Journal des ventes"],
        ["Édité le 12/06/2027"],
        [],
        ["Pièce", "Date", "Famille", "Objet", "Net à payer", "Échéance"],
    ]
    for term, month in (("1er TRIMESTRE", 10), ("2e TRIMESTRE", 1)):
        rows.append([term])
        sum_ = 0
        for number, _, pupils in families(count):
            sum_ += 90 * len(pupils)
            year = 2026 if month == 10 else 2027
            rows.append(
                [
                    f"V{month:02d}-{number}",
                    f"15/{month:02d}/{year}",
                    str(number),
                    f"Cotisation {term.lower()}",
                    90 * len(pupils),
                    f"15/{month + 1:02d}/{year}",
                ]
            )
        rows += [[f"Total {term.lower()}", None, None, None, sum_], [f"Page {1 if month == 10 else 2}/2"], []]
    return "ventes.xlsx", _workbook(Journal=rows)


def accountant(count: int = 20, *, tiers: str = "{}") -> Set:
    """Thousands with points, signs behind, brackets, currency words. `tiers`: how it writes a family's key."""
    rows = [["Pièce", "Date pièce", "Compte tiers", "Libellé", "Montant TTC", "Échéance"]]
    amounts = ("1.500,00", "1.234,50", "162,00 EUR", "1 050,00", "81,5", "12,50", "2.000", "324")
    for at, (number, _, _) in enumerate(families(count)):
        rows.append(
            [
                f"C-{at + 1:03d}",
                f"{at % 28 + 1:02d}/11/2026",
                tiers.format(number),
                "Prestations",
                amounts[at % len(amounts)],
                "31/12/2026",
            ]
        )
    rows.append(["C-901", "30/11/2026", tiers.format(1001), "Avoir commercial", "12,50-", ""])
    rows.append(["C-902", "30/11/2026", tiers.format(1002), "Avoir commercial", "(15,00)", ""])
    return "ecritures.csv", _csv(rows, coding="cp850")


class Planted(NamedTuple):
    """A value that is wrong on purpose, at a line of the file as spreadsheets number them, and the right one."""

    sort: str
    line: int
    column: str
    wrong: str
    right: str


HEADS = (
    "NUM_ELEVE NOM_ELEVE PRENOM_ELEVE SEXE DATE_NAISS NUM_FAMILLE CIV_RESP1 NOM_RESP1 PRENOM_RESP1 ADRESSE_RESP1 CP_RESP1 VILLE_RESP1 "
    "TEL_PORT_RESP1 MAIL_RESP1 CIV_RESP2 NOM_RESP2 PRENOM_RESP2 ADRESSE_RESP2 CP_RESP2 VILLE_RESP2 TEL_PORT_RESP2 MAIL_RESP2 "
    "DISCIPLINE1 CYCLE"
).split()
PUPILS, EVERY = 3000, 25  # of so many lines one is wrong
# What is wrong: its column, the value made of the right one, and in which families: « alone » has one pupil, « younger » is not the first.
SORTS: dict[str, tuple[str, Callable[[str], str], str]] = {
    "a day that is none": ("DATE_NAISS", lambda right: f"31/02{right[5:]}", ""),
    "a year only": ("DATE_NAISS", lambda right: right[6:], ""),
    "a birth to come": ("DATE_NAISS", lambda right: f"{right[:6]}2031", ""),
    "a word for a gender": ("SEXE", lambda right: "Z", ""),
    "a title that is no civility": ("CIV_RESP1", lambda right: "Dr", ""),
    "letters in a post code": ("CP_RESP1", lambda right: f"{right[:2]}OOO", ""),
    "a post code that is none": ("CP_RESP1", lambda right: "99999", ""),
    "a number without its end": ("TEL_PORT_RESP1", lambda right: right[:-1], ""),
    "a number that a spreadsheet shortened": ("TEL_PORT_RESP1", lambda right: "6,12E+08", ""),
    "an address without its end": ("MAIL_RESP1", lambda right: right.removesuffix(".org"), ""),
    "an accent in an address": ("MAIL_RESP1", lambda right: right.replace("famille", "fâmille"), ""),
    "no first name": ("PRENOM_ELEVE", lambda right: "", ""),
    "letters that a program lost": ("NOM_RESP1", lambda right: f"??{right[2:]}", ""),
    "accents coded twice": ("PRENOM_RESP1", lambda right: f"{right}Ã©", ""),
    "a figure in a name": ("NOM_ELEVE", lambda right: f"{right[:-1]}4", ""),
    "another pupil’s number": ("NUM_ELEVE", lambda right: str(int(right) - 20), ""),
    "a key with a zero": ("NUM_FAMILLE", lambda right: f"0{right}", "younger"),
    "a parent who moved": ("ADRESSE_RESP1", lambda right: "1 quai Neuf", "younger"),
    "parents of two homes": ("ADRESSE_RESP2", lambda right: "2 quai Neuf", "alone"),
    "an e-mail of another family": ("MAIL_RESP1", lambda right: f"famille{int(right[7:11]) - 3}@example.org", "alone"),
}  # fmt: skip


def three_thousand() -> tuple[Set, list[Planted]]:
    """3,000 pupils with their adults; four lines in a hundred are wrong, in twenty ways."""
    rows, kinds = _lines_of_pupils()
    planted: list[Planted] = []
    used: set[str] = set()  # families
    for at, (sort, (column, wrong, where)) in enumerate(islice(cycle(SORTS.items()), PUPILS // EVERY)):
        fits = (n for n in range(at * EVERY + 20, PUPILS) if kinds[n] == (where or kinds[n]) and rows[n][5] not in used)
        row, place = rows[chosen := next(fits)], HEADS.index(column)
        used.add(row[5])
        planted.append(Planted(sort, chosen + 2, column, wrong(row[place]), row[place]))
    for each in planted:
        rows[each.line - 2][HEADS.index(each.column)] = each.wrong
    return ("eleves_2026.csv", _csv([HEADS, *rows])), planted


def _lines_of_pupils() -> tuple[list[list[str]], list[str]]:
    """Right lines, and which pupil of the family each is. No two are born on one day."""
    rows: list[list[str]] = []
    kinds: list[str] = []
    for number, home, pupils in families(2000, seed=29):
        other = home["other"] if home["other"] != home["first"] else FIRST[FIRST.index(home["first"]) - 1]
        street = home["address"].partition(" ")[2]
        place = [f"{number - 1000} {street}", home["postcode"], home["town"]]
        first = ["Mme", home["name"], home["first"], *place, home["mobile"], home["email"]]
        second = ["M.", home["other_name"] or home["name"], other, *place, home["other_mobile"], home["other_email"]]
        for nth, each in enumerate(pupils):
            birth = f"{date(2009, 1, 1) + timedelta(days=len(rows)):%d/%m/%Y}"
            pupil = [str(50_001 + len(rows)), home["name"], each["first"], "F", birth, str(number)]
            rows.append([*pupil, *first, *second, each["discipline"], "1er cycle"])
            kinds.append("alone" if len(pupils) == 1 else "younger" if nth else "eldest")
    return rows[:PUPILS], kinds[:PUPILS]
