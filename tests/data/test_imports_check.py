"""Imports, before anything is written: titles of any program, every faulty line, what somebody must read first."""

import pickle

import pytest

from data.change_requests import models as change_models
from data.change_requests import submission as change_requests
from data.core.errors import NotFound, UserError
from data.families.models import Family, Guardian, Pupil, PupilLink
from data.importing import column_matching, jobs
from data.importing import runs as import_runs
from data.importing.jobs import Job
from data.importing.kinds.registry import KINDS
from data.importing.runs import ImportRun
from data.privacy import retention
from data.schooling.models import Course
from tests.data.import_helpers import FAULTY, HELENES, bring, check, conflicts, faults, give, snapshot, sorts
from tests.demo_users import CLAIRE, PAUL, as_, counts, every, guardian, last, later

ARIA = "Code_Famille\tCIVILITE\tNOM_USUEL\tPRENOM\tRUE\tCODE_POSTAL\tCOMMUNE\tTEL_PORTABLE\tE_MAIL"
OPUS = "Réf. famille,Civ.,Nom,Prénom,Adresse 1,CP,Ville,Tél. port.,Courriel,Né(e) le"
DUO = "N° foyer;Titre;Nom responsable;Prénom responsable;Adr.;C.P.;Localité;GSM;Mél;Date naiss.;Observations"


@pytest.mark.parametrize("titles", [ARIA, OPUS, DUO])
def test_titles_of_three_programs_are_understood(titles: str) -> None:
    heads = titles.replace("\t", ";").replace(",", ";").split(";")
    found = column_matching.guess(KINDS["families"], heads)
    wanted = ["number", "civility", "last_name", "first_name", "address", "postcode", "town", "phone_mobile", "email"]
    assert [found.get(str(at)) for at in range(9)] == wanted
    assert str(heads.index("Observations") if "Observations" in heads else 99) not in found


@pytest.mark.parametrize(
    ("name", "titles", "wanted"),
    [
        ("families", "Réf. foyer;Nom payeur;Né(e) le;Adr. ligne 1;Adresse2;Tél. pro", "number last_name birth_date address complement phone_work"),
        ("pupils", "N° adhérent;Nom usager;Prénom enfant;Né(e) le;Id foyer", "number last_name first_name birth_date family"),
        ("courses", "SAISON;CODE_ACTIVITE;Nom de l'activité;NIVEAU;HEURE_DEB", "school_year number name cycle starts"),
        ("enrolments", "Élève;Année scol.;Id cours;Obs.", "pupil school_year course comment"),
        ("marks", "Matricule;Code éval.;Note /20;Abs.", "pupil assessment value absent"),
        ("invoices", "FACTURE_ID;FAMILLE_ID;DATE_FACT;DATE_ECH;MT_TTC", "number family day due_day total"),
        ("payments", "N° encaissement;DATE_REGLT;MODE_REGLT;Montant encaissé;Réf. facture", "number day method cents invoice"),
    ],
)  # fmt: skip
def test_titles_as_other_programs_shorten_them_are_understood(name: str, titles: str, wanted: str) -> None:
    heads = titles.split(";")
    found = column_matching.guess(KINDS[name], heads)
    assert [found.get(str(at)) for at in range(len(heads))] == wanted.split()


@pytest.mark.parametrize("name", KINDS)
def test_each_kind_understands_its_own_titles(name: str) -> None:
    columns = KINDS[name].columns
    found = column_matching.guess(KINDS[name], [each.label for each in columns])
    assert [found.get(str(at)) for at in range(len(columns))] == [each.name for each in columns]
    assert len({each.label for each in columns}) == len(columns)


def test_a_file_with_forty_faults_of_fifteen_kinds_names_each_of_them(database: str) -> None:
    before = snapshot()
    report = check(give("families", FAULTY))
    found, words = faults(report), [each for each in report.questions if each.is_open]
    assert len(found) + sum(len(each.lines) for each in words) >= 40
    assert {sample for each in words for sample in each.samples} >= {"Dr", "peut-être", "Melle", "ui"}
    assert len(sorts(why for _, _, why in found)) >= 15
    shown = {line for line, _, _ in found} | {line for each in words for line in each.lines}
    assert shown - {10} == set(range(2, 22)) - {6, 10}
    assert "serials:birth_date" in {each.key for each in words}  # line 6's, asked once for the column
    assert (2, "Date de naissance", "Le 32/01/1980 n’existe pas. Vérifiez le jour et le mois.") in found
    assert (5, "N° famille", "Ce champ ne peut pas rester vide.") in found
    assert any(line == 14 and "séparateur est de trop" in why for line, _, why in found)
    assert any(line == 11 and "déjà à la ligne 10" in why for line, _, why in found)
    assert snapshot() == before


def test_a_refusal_keeps_its_words_on_its_way_to_another_process() -> None:
    why = UserError("{count} caractères, c’est trop : {most} au plus.", code="long", count=90, most=80)
    there = pickle.loads(pickle.dumps(why))
    assert (str(there), there.message("en"), there.code) == (str(why), why.message("en"), "long")


def test_row_94_what_a_spreadsheet_did_to_values_is_explained(database: str) -> None:
    text = "N° famille;Nom;Prénom;Date de naissance;CP;Tél. port.\n8001;Durand;Anne;45678;1000;612345678\n1,5E+03;Durand;Bea;;;\n"
    report = check(give("families", text))
    shown = [why for _, _, why in faults(report)]
    [asked] = [each for each in report.questions if each.key == "serials:birth_date"]
    assert "21/01/2025" in str(asked.choices[0].sentence)
    assert any("zéro du début" in why and "01000" in why for why in shown)
    assert any("zéro du début" in why and "0612345678" in why for why in shown)
    assert any("forme abrégée (1,5E+03)" in why for why in shown)


def test_row_94_lost_zeros_come_back_when_asked(database: str) -> None:
    text = "N° famille;Nom;Prénom;CP;Ville;Tél. port.\n8001;Durand;Anne;1000;Bourg;612345678\n"
    bring("families", text, zeros=True)
    [anne] = every(Guardian, Guardian.first_name == "Anne", Guardian.last_name == "Durand")
    assert (anne.postcode, anne.phone_mobile) == ("01000", "+33612345678")


def test_row_91_a_fault_on_the_last_but_one_of_twenty_thousand_lines_is_listed_and_nothing_written(
    database: str,
) -> None:
    lines = [f"{n};2042;rien" if n == 19_998 else f"{n};2042;{n % 28 + 1:02d}/11/2026" for n in range(20_000)]
    before = snapshot()
    run = give("instalments", "N° facture;Montant;Échéance\n" + "\n".join(lines))
    report = check(run)
    assert run.rows == 20_000
    assert (
        20_000,
        "Échéance",
        "« rien » n’est pas une date que l’on sait lire. Écrivez-la ainsi : 16/06/2012.",
    ) in faults(report)
    assert snapshot() == before


def test_row_93_what_a_file_lacks_is_said_before_any_line_is_read(database: str) -> None:
    run = give("families", "Nom;Prénom;Couleur\nDurand;Anne;bleu\n")
    with pytest.raises(UserError, match="Il manque au fichier : N° famille"):
        check(run)
    twice = give("families", "Nom;Prénom;Nom\na;b;c\n")  # each can be matched: none is refused
    assert (twice.state, twice.heads) == ("waiting", ["Nom", "Prénom", "Nom (2)"])
    assert give("families", "N° famille;Nom;Prénom;Couleur\n1;a;b;c\n").matched["columns"].get("3") is None


def test_row_96_the_same_file_twice_says_so_unless_it_is_forced(database: str) -> None:
    text = "N° famille;Nom;Prénom\n8001;Durand;Anne\n"
    bring("families", text)
    run = give("families", text)
    with pytest.raises(UserError, match="déjà été importé"):
        check(run)
    with HELENES() as uow:
        assert import_runs.done_before(uow, run) is not None
    with HELENES(writes=True) as uow:
        import_runs.force(uow, run.id)
    assert check(run).counts == {"added": 0, "updated": 0, "unchanged": 1}


def test_row_97_possible_duplicates_are_listed_and_nobody_is_merged(database: str) -> None:
    text = (
        "N° famille;Nom;Prénom;Date de naissance;Adresse;CP\n"
        "9001;Aubry;Claire;14/03/1982;;\n"
        "9002;Аubry;Сlaire;14/03/1982;;\n"  # noqa: RUF001
        "9003;Zürcher;Zoé;;5 rue du Lac;57220\n"
        "9004;Zurcher;Zoe;;5, rue du lac;57220\n"
    )
    before = counts(Guardian)[0]
    report = bring("families", text)
    shown = conflicts(report)
    assert [line for line, _ in shown] == [2, 3, 5]
    assert "Claire Aubry, famille n° 1042" in shown[0][1]
    assert "à la ligne 4" in shown[2][1]
    assert counts(Guardian)[0] == before + 4


def test_row_97_the_same_family_in_two_lines_is_two_adults_or_a_fault(database: str) -> None:
    report = check(give("families", "N° famille;Nom;Prénom\n9001;Roy;Max\n9001;Roy;Eva\n9001;Roy;Max\n"))
    assert faults(report) == [
        (4, "N° famille", "Cet adulte de la famille est déjà à la ligne 2. Gardez l’une des deux.")
    ]


def test_another_person_under_the_same_key_is_asked_about(database: str) -> None:
    report = check(give("families", "N° famille;Rang;Nom;Prénom\n1042;1;Weber;Ulysse\n"))
    assert [expected for _, expected in conflicts(report)] == [
        "La fiche de Claire Aubry prendrait le nom d’Ulysse Weber : est-ce la même personne ?"
    ]


def test_who_has_one_name_is_the_same_adult_in_either_column(database: str) -> None:
    bring("families", "N° famille;Nom;Prénom\n9001;Soeharto;-\n9001;Roy;Eva\n")
    text = "N° famille;Nom;Prénom;Ville\n9001;{0};Metz\n9001;Roy;Eva;Metz\n"
    for names in ("Soeharto;-", "-;Soeharto", "SNP;SOEHARTO"):
        report = check(give("families", text.format(names)))
        assert (conflicts(report), faults(report)) == ([], [])
        assert report.counts["added"] == 0, names
    twice = check(give("families", "N° famille;Nom;Prénom\n9002;Soeharto;-\n9002;XXX;Soeharto\n"))
    assert [line for line, _, _ in faults(twice)] == [3]


def test_another_person_of_one_name_is_asked_about(database: str) -> None:
    bring("families", "N° famille;Nom;Prénom\n9001;Soeharto;-\n")
    report = check(give("families", "N° famille;Rang;Nom;Prénom\n9001;1;Sukarno;-\n"))
    assert [expected for _, expected in conflicts(report)] == [
        "La fiche de Soeharto prendrait le nom de Sukarno : est-ce la même personne ?"
    ]
    assert conflicts(check(give("families", "N° famille;Rang;Nom;Prénom\n9001;1;-;Soeharto\n"))) == []


def test_what_a_family_asked_for_is_listed_and_its_request_goes_on_waiting(database: str) -> None:
    with as_(CLAIRE) as uow:
        change_requests.propose(uow, guardian(uow), {"address": "12 rue Neuve"})
    text = "N° famille;Rang;Nom;Prénom;Adresse\n1042;1;Aubry;Claire;9 rue du Port\n"
    report = bring("families", text)
    assert any("a demandé à changer « Adresse » en « 12 rue Neuve »" in expected for _, expected in conflicts(report))
    [waiting] = every(change_models.FieldChange, change_models.FieldChange.new == "12 rue Neuve")
    assert waiting.state == "pending"


def test_a_child_of_another_household_is_asked_about(database: str) -> None:
    report = check(give("pupils", "N° élève;Nom;Prénom;N° famille\n2042;Aubry;Irina;1077\n"))
    assert any("déjà rattaché à la famille 1042" in expected for _, expected in conflicts(report))


def test_lines_that_no_longer_make_the_total_are_reported(database: str) -> None:
    bring("invoices", "N° facture;N° famille;Date;Montant\nF1;1042;01/10/2026;100,00\n")
    report = check(give("invoice-lines", "N° facture;Rang;Libellé;Montant\nF1;1;Piano;60,00\nF1;2;Chœur;50,00\n"))
    assert [expected.replace("\xa0", " ") for _, expected in conflicts(report)] == [
        "Facture F1 : ses lignes font 110,00 €, son total est 100,00 €."
    ]


def test_how_columns_were_matched_is_remembered_for_files_of_that_shape(database: str) -> None:
    bring("families", "Zone 1;Nom;Prénom\n8001;Durand;Anne\n", columns={"0": "number"})
    assert give("families", "Zone 1;Nom;Prénom\n8002;Durand;Bea\n").matched["columns"]["0"] == "number"
    assert "1" not in give("families", "Nom;Zone 1;Prénom\n8002;Durand;Bea\n").matched["columns"]


def test_a_value_for_every_line_stands_for_a_column_that_the_file_lacks(database: str) -> None:
    course = every(Course, Course.site_id == 1)[0]
    text = f"N° élève;N° cours\n2042;{course.number.lower()}\n"
    run = give("enrolments", text, fixed={"school_year": course.school_year.replace("-", "/")})
    assert faults(check(run)) == []
    with pytest.raises(UserError, match="valeur fixe"):
        check(give("enrolments", text, fixed={"school_year": "demain"}))


def test_a_nearly_right_teacher_is_proposed(database: str) -> None:
    text = "Année scolaire;N° cours;Intitulé;Enseignant\n2026-2027;ZZ 1;Piano;Astarel Carmne\n2026-2027;ZZ 2;Piano;ASTAREL Carmen\n"
    assert faults(check(give("courses", text))) == [
        (2, "Enseignant", "Enseignant inconnu. Vouliez-vous écrire « Carmen Astarel » ?")
    ]


@pytest.mark.parametrize("login", [PAUL, CLAIRE])
def test_row_84_imports_and_exports_are_the_managers(database: str, login: str) -> None:
    from functools import partial

    from data.importing import exporting
    from tests.data.import_helpers import opened

    run = give("families", "N° famille;Nom;Prénom\n8001;Durand;Anne\n")
    theirs = partial(opened, login, "valmont")
    acts = (
        lambda: jobs.receive(theirs, "families", "a.csv", b"a;b\n1;2\n"),
        lambda: jobs.check(theirs, Job(run.id, run.site_id, writes=False)),
        lambda: jobs.carry_out(theirs, Job(run.id, run.site_id, writes=True), unread=True),
    )
    for act in acts:
        with pytest.raises(NotFound):
            act()
    with theirs() as uow:
        for act in (
            lambda: exporting.gather(uow, KINDS["families"]),
            lambda: exporting.accepted_since(uow, uow.today),
            lambda: import_runs.latest(uow),
        ):
            with pytest.raises(NotFound):
                act()
    with theirs(writes=True) as uow:
        for act in (import_runs.drop, import_runs.force, import_runs.content_of):
            with pytest.raises(NotFound):
                act(uow, run.id)


def test_a_file_is_its_sites_and_so_is_all_it_refers_to(database: str) -> None:
    from functools import partial

    from tests.data.import_helpers import opened

    belrive = partial(opened, "petit.jean", "belrive")
    run = give("families", "N° famille;Nom;Prénom\n8001;Durand;Anne\n")
    with pytest.raises(NotFound):
        check(run, by=belrive)
    shown = faults(check(give("links", "N° élève;N° famille\n2077;1077\n", by=belrive), by=belrive))
    assert [why[:14] for _, _, why in shown] == ["Élève inconnu.", "Famille inconn"]


def test_a_forgotten_file_is_dropped_after_two_days(database: str) -> None:
    run = give("families", "N° famille;Nom;Prénom\n8001;Durand;Anne\n")
    retention.sweep(later(days=3))
    assert (every(ImportRun)[-1].state, every(ImportRun)[-1].samples) == ("dropped", [])
    with pytest.raises(UserError, match="n’attend plus"):
        check(run)


def test_a_household_that_could_only_consult_is_not_raised_unsaid(database: str) -> None:
    """By a column that says so, it is said before anything is written; by one that is silent, nothing changes."""
    second = every(PupilLink, PupilLink.rights == "consult")[0]
    [(dossier, number)] = [
        (last(Pupil, Pupil.id == second.pupil_id).number, last(Family, Family.id == second.family_id).number)
    ]
    for kind, heads, line, words in (
        ("links", "N° élève;N° famille;Droits", "tout", "ne pouvait que consulter"),
        ("links", "N° élève;N° famille;Rattachement", "principal", "deviendrait son foyer principal"),
        ("pupils", "N° élève;N° famille", "", "deviendrait son foyer principal"),
    ):
        report = check(give(kind, f"{heads}\n{dossier};{number}{';' if line else ''}{line}\n"))
        assert words in str([str(text) for _, _, text in report.conflicts]), heads
    bring("links", f"N° élève;N° famille\n{dossier};{number}\n")
    assert last(PupilLink, PupilLink.id == second.id) == second
