"""Names of eighty letters without a break, in every record that shows one: what screens and papers are tried with."""

from tests.server import Server

LONG = "Wolfeschlegelsteinhausenbergerdorffvoralternwarengewissenhaftschaferswessenscha"  # 80 with a capital before it
EMAIL = f"{'prenom' * 10}@{'exemple' * 8}.example.org"
# Table -> the columns that hold what people and offices write.
COLUMNS = {
    "guardian": "last_name first_name birth_name profession address complement town emergency_contact email",
    "pupil": "last_name first_name birth_place school insurance address discipline email",
    "teacher": "last_name first_name",
    "course": "name department room",
    "cursus": "name",
    "piece": "work composer role ensemble partners teacher",
    "performance": "title place",
    "assessment": "kind",
    "enrolment": "activity main_instrument mention comment",
    "mark": "mention remark",
    "absence": "reason comment",
    "absence_notice": "comment",
    "inquiry": "name asked_by",
    "inquiry_turn": "text written_by",
    "invoice": "label payer",
    "invoice_line": "label pupil",
    "payment": "label payer operation",
    "letter": "recipient name",
    "change_request": "title",
    "field_change": "old new",
    "account": "name email",
    "campaign": "title",
    "required_document": "label hint",
    "supplied_document": "file_name",
    "stored_file": "shown",
    "reenrolment_wish": "message",
    "news": "title body",
    "import_run": "file_name author",
}
SHORTER = {"room": 60, "mention": 60, "shown": 76, "old": 60, "new": 60}
DISTINCT = {("cursus", "name"), ("pupil", "first_name")}  # each its own, as they are told apart by them
ENDINGS = {"file_name": ".pdf", "shown": ".pdf"}


def give(portal: Server) -> None:
    """Everybody of the demonstration gets them; logins and numbers stay, and so does what was asked of anything but a text."""
    with portal.connection() as opened:
        for table, names in COLUMNS.items():
            for name in names.split():
                long = f"É{LONG}"[: SHORTER.get(name, 80)] + ENDINGS.get(name, "")
                text = EMAIL if name in {"email", "recipient"} else long
                texts = (
                    " AND field IN ('address', 'profession', 'town', 'last_name')" if table == "field_change" else ""
                )
                own = "substr(?, 1, 76) || id" if (table, name) in DISTINCT else "?"
                opened.execute(f"UPDATE {table} SET {name} = {own} WHERE {name} <> ''{texts}", (text,))
