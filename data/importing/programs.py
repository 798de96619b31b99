"""Programs that files come from, known by their titles; and titles that mean something else in one program's files."""

from collections.abc import Collection, Sequence

from data.importing.title_groups import FORMAT_NOTE

KNOWN = 0.5  # share of a program's titles that names it
# Titles that programs are known to write: their public documentation, their tables, or files that others show.
# None were found of Rhapsodie, DuoNET, iConservatoire and Opentalent, nor of Pronote's lists of parents: no titles, no name;
# the former are known by their shape (`of_conservatoires`).
PROGRAMS = {
    "iMuse": ("NUM_ELEVE", "NOM_ELEVE", "PRENOM_ELEVE", "NUM_FAMILLE", "NOM_RESP1", "PRENOM_RESP1", "TEL_PORT_RESP1", "MAIL_RESP1"),
    # The extraction of pupils, as a sample file of EOLE Scribe has it
    "ONDE": ("Nom élève", "Nom d'usage élève", "Prénom élève", "Date naissance", "INE", "Niveau", "Libellé classe"),
    "SIECLE": ("INE", "Nom de famille", "Prénom", "Date de naissance", "Division", "Num. élève établissement"),
    # The tab « Élèves », exported as CSV: the header that « Carnet EPS » (on GitHub) tests its import with
    "Pronote": ("Élèves", "Encouragement/Valorisation", "Né(e) le", "Adresse E-mail", "Classe de rattachement", "Cnx Ele.", "Cnx Resp.", "Régime"),
    "Galette": ("id_adh", "nom_adh", "prenom_adh", "ddn_adh", "adresse_adh", "cp_adh", "ville_adh", "email_adh"),
    "Noethys": ("IDindividu", "nom", "prenom", "date_naiss", "rue_resid", "cp_resid", "ville_resid", "tel_mobile"),
    "Moodle": ("username", "firstname", "lastname", "email", "idnumber", "city", "country"),
}  # fmt: skip
# Program -> title -> our column, or "" for none: a person may still choose one. Pronote's list names no parent: the address is
# the pupil's, and a « Tuteur » who stands beside « Resp. » may be of the school.
MEANT = {"Pronote": {"Adresse E-mail": "pupil_email", "Tuteur": ""}}


def program_of(heads: Sequence[str]) -> str:
    """The program that wrote a file, when its titles say so; "" otherwise."""
    there = {_written(head) for head in heads}
    shares = {name: sum(_written(each) in there for each in titles) / len(titles) for name, titles in PROGRAMS.items()}
    best = max(shares, key=lambda name: shares[name])
    return best if shares[best] > KNOWN else ""


def of_conservatoires(columns: Collection[str]) -> bool:
    """Whether our columns of a file are what the programs of conservatoires list: pupils, adults, what they learn and how far."""
    pupils = {"pupil_name", "pupil_first_name"} & set(columns)
    adults = {"adult1_name", "adult1_last_name"} & set(columns)
    return bool(pupils and adults) and {"discipline", "cycle"} <= set(columns)


def meant(heads: Sequence[str]) -> dict[int, str]:
    """Place -> our column, of the titles that the program's own files decide."""
    titles = {_written(title): name for title, name in MEANT.get(program_of(heads), {}).items()}
    return {at: titles[_written(head)] for at, head in enumerate(heads) if _written(head) in titles}


def _written(title: str) -> str:
    """As it stands, but for capitals and notes: everybody writes « Nom », few « nom_adh »."""
    return " ".join(FORMAT_NOTE.sub(" ", title).casefold().split())
