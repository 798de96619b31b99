"""An import may erase what a file leaves blank: no page breaks for it."""

from tests.server import Server
from tests.web.http_client import Person


def test_a_state_that_an_import_erased_breaks_no_page(portal: Server, claire: Person) -> None:
    [(key,)] = portal.rows(
        "SELECT enrolment.id FROM enrolment JOIN pupil ON pupil.id = pupil_id JOIN course ON course.id = course_id "
        "WHERE pupil.number = 2042 AND pupil.site_id = 1 AND course.department = 'Piano' ORDER BY school_year DESC LIMIT 1"
    )
    portal.change("UPDATE lesson SET state = '' WHERE course_id = (SELECT course_id FROM enrolment WHERE id = ?)", key)
    assert "Piano" in claire.text(f"/eleves/2042/cours/{key}")
    portal.change("UPDATE enrolment SET status = '' WHERE id = ?", key)
    assert "Piano" in claire.text("/eleves/2042/cours")
