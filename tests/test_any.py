"""`Any` stands where a type cannot say more, and says why: this list of places only grows shorter."""

import ast
from collections import Counter
from pathlib import Path

from tests.names import nodes_of, parsed

ROOT = Path(__file__).resolve().parent.parent
SQL = "statements and clauses, whose type follows from what is selected"
ROWS = "rows of any table, whose columns are asked for by name"
VALUES = "values of a form, a JSON column or another process, checked where they are read"
FOREIGN = "functions of any shape, and what a library types no closer"
PLACES = {
    "components/layout/plain_layout.py": (1, FOREIGN),
    "components/nicegui_adapter/document.py": (1, FOREIGN),
    "components/nicegui_adapter/screens.py": (10, FOREIGN),
    "components/nicegui_adapter/socket_ownership.py": (1, FOREIGN),
    "components/ui/correction_form.py": (3, ROWS),
    "components/ui/lists.py": (3, ROWS),
    "components/ui/markup.py": (1, FOREIGN),
    "components/ui/panel.py": (1, FOREIGN),
    "components/ui/record_acts.py": (3, FOREIGN),
    "data/access_grants/grants.py": (1, SQL),
    "data/billing/online_payments.py": (2, VALUES),
    "data/billing/pdf_archive.py": (3, ROWS),
    "data/change_requests/review.py": (3, SQL),
    "data/change_requests/submission.py": (2, ROWS),
    "data/core/audit.py": (1, VALUES),
    "data/core/database.py": (1, FOREIGN),
    "data/core/edit_presence.py": (2, ROWS),
    "data/core/errors.py": (2, FOREIGN),
    "data/core/fields.py": (4, VALUES),
    "data/core/scope.py": (9, SQL),
    "data/core/sites.py": (1, SQL),
    "data/core/unit_of_work.py": (11, SQL),
    "data/demo/money.py": (3, ROWS),
    "data/demo/people.py": (2, ROWS),
    "data/demo/reenrolment.py": (1, ROWS),
    "data/directory/edit_families.py": (13, ROWS),
    "data/directory/merge_families.py": (7, ROWS),
    "data/directory/merge_models.py": (2, ROWS),
    "data/directory/merge_preview.py": (6, ROWS),
    "data/directory/part_families.py": (10, ROWS),
    "data/directory/search.py": (13, SQL),
    "data/families/models.py": (4, SQL),
    "data/importing/columns.py": (4, ROWS),
    "data/importing/command.py": (2, ROWS),
    "data/importing/conflict_checks.py": (3, ROWS),
    "data/importing/kinds/adult_checks.py": (1, ROWS),
    "data/importing/kinds/household_contacts.py": (1, ROWS),
    "data/importing/kinds/households.py": (5, ROWS),
    "data/importing/kinds/invoices.py": (4, ROWS),
    "data/importing/kinds/payments.py": (3, ROWS),
    "data/importing/line_reading.py": (5, ROWS),
    "data/importing/pipeline.py": (1, ROWS),
    "data/importing/records.py": (3, ROWS),
    "data/importing/runs.py": (3, VALUES),
    "data/importing/snapshot.py": (16, ROWS),
    "data/importing/undo.py": (8, ROWS),
    "data/importing/undo_links.py": (9, ROWS),
    "data/importing/undo_notes.py": (6, ROWS),
    "data/importing/worker_process.py": (2, VALUES),
    "data/importing/writes.py": (12, ROWS),
    "data/importing/writing.py": (5, ROWS),
    "data/messages/review.py": (3, SQL),
    "data/office/absence_review.py": (1, SQL),
    "data/office/audit_log.py": (4, SQL),
    "data/office/dashboard_counts.py": (1, SQL),
    "data/office/news.py": (2, VALUES),
    "data/office/outbox_admin.py": (3, SQL),
    "data/ops/backup.py": (4, VALUES),
    "data/privacy/data_export.py": (8, ROWS),
    "data/privacy/erasing.py": (9, SQL),
    "data/privacy/retention.py": (1, SQL),
    "data/privacy/orphan_files.py": (2, SQL),
    "data/reenrolment/campaign_admin.py": (4, VALUES),
    "data/reenrolment/campaigns.py": (8, SQL),
    "data/reenrolment/documents.py": (5, SQL),
    "data/reenrolment/due.py": (2, SQL),
    "data/reenrolment/participation.py": (4, SQL),
    "data/reenrolment/queue_list.py": (3, SQL),
    "data/reenrolment/queue_terms.py": (1, SQL),
    "data/reenrolment/request_list.py": (10, SQL),
    "data/reenrolment/review_queue.py": (1, SQL),
    "data/schooling/absences.py": (1, VALUES),
    "data/schooling/models.py": (4, SQL),
    "data/site_admin/accessibility.py": (1, SQL),
    "data/site_admin/settings.py": (5, VALUES),
    "data/uploads/pdfs.py": (6, FOREIGN),
    "data/uploads/pictures.py": (2, FOREIGN),
    "pages/family/pupil/course_window.py": (1, ROWS),
    "pages/staff/families/family_accounts.py": (1, ROWS),
    "pages/staff/imports/import_check.py": (3, ROWS),
    "pages/staff/imports/import_reading.py": (1, VALUES),
    "pages/staff/imports/import_run.py": (2, VALUES),
    "pages/staff/imports/import_undo.py": (1, VALUES),
    "pages/staff/reenrolment/campaign_documents.py": (1, VALUES),
    "pages/staff/reenrolment/campaign_form.py": (1, VALUES),
}


def count(text: str) -> int:
    return sum(isinstance(node, ast.Name) and node.id == "Any" for node in nodes_of(parsed(text)))


def test_any_stands_only_where_a_reason_is_given() -> None:
    found = Counter[str]()
    for floor in ("data", "components", "pages"):
        for path in (ROOT / floor).rglob("*.py"):
            if "versions" not in path.parts:
                found[str(path.relative_to(ROOT))] = count(path.read_text(encoding="utf-8"))
    more = {path: many for path, many in found.items() if many > PLACES.get(path, (0, ""))[0]}
    assert not more
    assert not {path for path in PLACES if not found[path]}


def test_each_any_counts() -> None:
    assert count("def f(x: Any) -> dict[str, Any]: ...") == 2
    assert not count('from typing import Any\n"""Any."""')
