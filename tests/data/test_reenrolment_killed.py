"""A process killed among submissions: what it acknowledged is whole, nothing else is half done, files and rows agree."""

import os
import random
import signal
import subprocess
import sys
from pathlib import Path

from sqlmodel import select

from data.accounts.models import Account
from data.core import database as database_module
from data.core.settings import settings
from data.core.system_unit_of_work import system_unit_of_work
from data.families.models import Pupil, PupilLink
from data.families.stored_files import StoredFile
from data.mail.outbox import Letter
from data.privacy import orphan_files
from data.reenrolment.models import Reenrolment, SuppliedDocument
from tests.days import THOROUGH
from tests.demo_users import every, later
from tests.server import ROOT

ROUNDS, SUBMISSIONS = (6, 20) if THOROUGH else (2, 5)
MOMENTS = 300  # before and after each statement, before each commit: about so many a submission
ONE = """
import itertools, os, signal, sys
from sqlalchemy import event
from sqlalchemy.engine import Engine
from sqlmodel import select
from data.reenrolment import models as reenrolment
from data.reenrolment import documents as reenrolment_documents
from data.reenrolment import submission as request
from data.accounts.models import Account
from data.families.models import Pupil
from data.reenrolment.models import SuppliedDocument
from data.core.system_unit_of_work import system_unit_of_work
from data.core.unit_of_work import unit_of_work

dies_at, moments = int(sys.argv[1]), itertools.count(1)

def a_moment(*_):
    if next(moments) == dies_at:
        os.kill(os.getpid(), signal.SIGKILL)

for name in ("before_cursor_execute", "after_cursor_execute", "commit"):
    event.listen(Engine, name, a_moment)
for line in sys.argv[2:]:
    family_id, pupil_id = map(int, line.split(":"))
    with system_unit_of_work() as uow:
        account = uow.all(select(Account).where(Account.family_id == family_id))[0]
    with unit_of_work(account, writes=True) as uow:
        pupil = uow.get(Pupil, pupil_id)
        campaign = reenrolment.shown_campaigns(uow, [pupil.id])[pupil.id]
        request.choose(uow, pupil, campaign.id, "administrative")
    with unit_of_work(account) as uow:
        wanted = [item.document.id for item in reenrolment.situation(uow, uow.get(Pupil, pupil_id), campaign).document_items]
    for document in (*wanted, wanted[0]):
        with unit_of_work(account, writes=True) as uow:
            reenrolment_documents.supply(uow, uow.get(Pupil, pupil_id), document, b"%PDF-1.4 x", "application/pdf", "a.pdf")
    with unit_of_work(account, writes=True) as uow:
        optional = [item for item in reenrolment.situation(uow, uow.get(Pupil, pupil_id), campaign).document_items if not item.document.required]
        reenrolment_documents.remove(uow, uow.get(Pupil, pupil_id), optional[0].supplied.id)
    with unit_of_work(account, writes=True) as uow:
        request.submit(uow, uow.get(Pupil, pupil_id), campaign.id, {"message": "Bonjour"})
    print(pupil_id, flush=True)
"""


def silent() -> list[tuple[int, int]]:
    """(family, pupil) of those who have sent nothing; a draft that a kill left is taken up again."""
    sent = {each.pupil_id for each in every(Reenrolment)}
    with system_unit_of_work() as uow:
        found = uow.rows(
            select(PupilLink.family_id, Pupil.id)
            .join(Pupil, Pupil.id == PupilLink.pupil_id)
            .join(Account, Account.family_id == PupilLink.family_id)
            .where(Pupil.number >= 30000, PupilLink.household == "principal")
            .order_by(Pupil.id)
        )
    return [(family_id, pupil_id) for family_id, pupil_id in found if pupil_id not in sent]


def test_rows_74_and_76_kills_among_submissions_lose_nothing_acknowledged(database: str, tmp_path: Path) -> None:
    dice, acknowledged = random.Random(20), set[int]()
    os.environ["FILES_DIR"] = str(tmp_path / "files")
    settings.cache_clear()
    before = {table: {row.id for row in every(table)} for table in (Reenrolment, SuppliedDocument, StoredFile, Letter)}
    for round_ in range(ROUNDS):
        todo = [each for each in silent() if each[1] not in acknowledged][: SUBMISSIONS - len(acknowledged)]
        dies_at = dice.randint(1, SUBMISSIONS * MOMENTS // 5) if round_ < ROUNDS - 1 else 0
        done = subprocess.run(
            [sys.executable, "-c", ONE, str(dies_at), *(f"{family}:{pupil}" for family, pupil in todo)],
            cwd=ROOT,
            env=os.environ | {"PYTHONPATH": str(ROOT)},
            stdout=subprocess.PIPE,
            text=True,
            check=False,
        )
        assert done.returncode == (-signal.SIGKILL if dies_at else 0)
        acknowledged |= {int(each) for each in done.stdout.split()}
        database_module.engine().dispose()
        whole(acknowledged, before)
    assert len(acknowledged) == SUBMISSIONS


def whole(acknowledged: set[int], before: dict[object, set[int]]) -> None:
    sent = [each for each in every(Reenrolment) if each.id not in before[Reenrolment]]
    assert acknowledged <= {each.pupil_id for each in sent}
    assert len(sent) <= len(acknowledged) + ROUNDS  # done, and killed before it could say so
    given: dict[int, int] = {}
    for each in every(SuppliedDocument):
        if each.id not in before[SuppliedDocument]:
            given[each.pupil_id] = given.get(each.pupil_id, 0) + 1
    assert all(given[each.pupil_id] >= 3 for each in sent)
    letters = [each for each in every(Letter) if each.id not in before[Letter]]
    assert len(letters) == len(sent)
    orphan_files.sweep()
    orphan_files.sweep(now=later(days=3))
    rows = {each.name for each in every(StoredFile) if each.id not in before[StoredFile]}
    there = {path.name for path in (settings().files_dir).glob("*/*")}
    assert there == rows  # the folder is this test's own
