"""`--kills N`: the server is killed N times among the acts of families, office and bank, on SQLite and on PostgreSQL.

Every act that it acknowledged must be there whole after the next start, no other may be there by half. At the end every letter
has reached the mail server. Judges: ends with 1 when something is lost, half done or refused.
"""

import contextlib
import os
import random
import secrets
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path

import psutil
from sqlmodel import col, update

from tests.conftest import move_to
from tests.days import MOMENT
from tests.ground import running_cluster
from tests.server import PASSWORD, ROOT, Server, wait_for
from tests.web.test_letters import MailServer

from data import demo  # isort: skip: the tests' environment comes first
from data.accounts import passwords
from data.accounts.models import Account
from data.core import clock, schema
from data.core.roles import Role
from data.core.sites import Site
from data.core.system_unit_of_work import system_unit_of_work
from data.mail.outbox import TERMINAL_STATES, Letter, LetterState
from tests.bench import killed_acts, killed_checks, killed_renewals
from tests.demo_users import every

CHECK_EVERY = 10  # kills: `main.py check`, a process of its own
AT_START = 8  # one kill in so many falls on a server that only starts
MOST_ACTS = 24  # acknowledged before the kill; it falls within a quarter of a second after that
AT_SENDING = 2  # one in so many falls while a re-enrolment, which takes many acts, is being sent, or once it was
AN_HOUR = 3600  # seconds, for acts beside whatever else the machine does
PATIENT_ACTS = 200  # that this one waits for at most
LONGEST_START = 3.0  # seconds
OTHERS = 32  # families that ask, pay and announce; those after them re-enrol


class Wrong(list[str]):
    """What was found wrong, told at once."""

    def tell(self, found: Iterable[str]) -> None:
        for each in found:
            self.append(each)
            print(f"\n  WRONG {each}", flush=True)


class Journey:
    """One database, its server and its mail server, people's notes of what was acknowledged, and what was found wrong."""

    def __init__(self, server: Server, mail: MailServer, dice: random.Random) -> None:
        self.server, self.mail, self.dice = server, mail, dice
        self.book = killed_acts.Book()
        self.wrong = Wrong()
        self.dying = threading.Event()
        self.before = killed_checks.baseline()

    def run(self, kills: int) -> None:
        cast = self.cast()
        for number in range(1, kills + 1):
            if self.dice.randrange(AT_START) == 0:
                self._die_at_the_start()
            else:
                self._die_at_work(cast)
            self.server.start()
            self.check(number)
            if number % CHECK_EVERY == 0:
                self._command()
                self.tell()
            print(f"  {number} kills, {self.acts()} acts, {len(self.wrong)} faults",
                  end="\n" if number % 10 == 0 else "\r", flush=True)  # fmt: skip

    def cast(self) -> list[killed_acts.Actor]:
        """Nine people at once; each kind of act has its own families, and re-enrolment, which takes most acts, three."""
        logins = killed_acts.families()
        shares = [killed_acts.Families(self, logins[at : at + 8]) for at in range(0, OTHERS, 8)]
        late = [killed_renewals.Renewals(self, logins[OTHERS + at :: 3]) for at in range(3)]
        acts = [shares[3].sign_in, shares[0].ask, shares[1].stay_away, shares[2].pay, *(each.renew for each in late)]
        offices = [killed_acts.Office(self).decide for _ in range(2)]
        return [killed_acts.Actor(self, act) for act in (*acts, *offices)]

    def acts(self) -> int:
        """Sign-ins do not count: each act of a family that was not there yet begins with one."""
        return sum(len(done) for act, done in list(self.book.acknowledged.items()) if act != "sign-in")

    def tell(self) -> None:
        """What was acknowledged so far."""
        acts = ", ".join(f"{name} {len(each)}" for name, each in sorted(self.book.acknowledged.items()))
        print(f"  acknowledged: {acts}; {self.book.cut_off} sockets closed by the living server", flush=True)

    def _die_at_the_start(self) -> None:
        self.server.kill()
        self.server.process = self.server.spawn()
        time.sleep(self.dice.uniform(0, LONGEST_START))
        self._kill()

    def _die_at_work(self, cast: list[killed_acts.Actor]) -> None:
        self.dying.clear()
        working = [threading.Thread(target=each.work) for each in cast]
        for each in working:
            each.start()
        due, met = self._moment(), len(self.wrong)
        wait_for(lambda: due() or len(self.wrong) > met, "acts", AN_HOUR)
        time.sleep(self.dice.uniform(0, 0.25))
        self._kill()
        for each in working:
            each.join(120)
            if each.is_alive():
                self.wrong.tell([f"{each.name} still waits for a server that is dead"])

    def _moment(self) -> Callable[[], bool]:
        """When the kill is due."""
        if self.dice.randrange(AT_SENDING):
            enough = self.acts() + self.dice.randint(0, MOST_ACTS)
            return lambda: self.acts() >= enough
        enough, notes = self.acts() + PATIENT_ACTS, self.dice.choice((self.book.tried, self.book.acknowledged))
        sent = self._sendings(notes)
        return lambda: self._sendings(notes) > sent or self.acts() >= enough

    @staticmethod
    def _sendings(notes: Mapping[str, Sequence[object]]) -> int:
        return sum(len(noted) for what, noted in list(notes.items()) if what.startswith("re-enrolment"))

    def _kill(self) -> None:
        assert self.server.process
        with contextlib.suppress(psutil.NoSuchProcess):
            left = psutil.Process(self.server.process.pid).children(recursive=True)
            self.dying.set()
            self.server.kill()
            _, alive = psutil.wait_procs(left, 30)
            self.wrong.tell(f"a process of the dead server lives on: {each.cmdline()}" for each in alive)

    def check(self, number: int) -> None:
        for each in killed_checks.lost(self.book) + killed_checks.halves(self.before):
            if not any(each in known for known in self.wrong):
                self.wrong.tell([f"after {number} kills: {each}"])

    def _command(self) -> None:
        done = subprocess.run([sys.executable, "main.py", "check"], cwd=ROOT, env=self.server.environment,
                              capture_output=True, text=True, check=False)  # fmt: skip
        if done.returncode:
            self.wrong.tell([f"check: {done.stdout}{done.stderr}"])

    def post(self) -> None:
        """Every letter left, none came twice under two Message-IDs, none that no row knows."""
        waiting = partial(every, Letter, col(Letter.state).not_in(TERMINAL_STATES))
        wait_for(lambda: not waiting(), "the last letters", 300)
        came = Counter(str(each["message-id"]) for each in self.mail.received)
        rows = {each.message_id: each for each in every(Letter)}
        sent = {key for key, each in rows.items() if each.state == LetterState.SENT}
        self.wrong.tell(f"letter {rows[key].id} is sent and never came" for key in sent - set(came))
        self.wrong.tell(f"a letter of no row came: {key}" for key in set(came) - set(rows))
        given_up = [each for each in rows.values() if each.state != LetterState.SENT and each.recipient]
        self.wrong.tell(f"letter {each.id} was given up: {each.error}" for each in given_up)
        print(f"  {len(sent)} letters, {sum(came.values()) - len(came)} of them came again under the same Message-ID")


def furnish(families: int) -> None:
    """The demonstration, everybody able to sign in, no letter of its own."""
    schema.upgrade()
    with clock.stopped_at(MOMENT):
        demo.fill(families)
    killed_renewals.forget_requests(killed_acts.families()[OTHERS:])
    hashed = passwords.make_hash(PASSWORD)
    with system_unit_of_work(writes=True) as uow:
        uow.change(update(Letter).values(state=LetterState.CANCELLED, recipient=""))
        uow.change(update(Site).values(letters_per_minute=100_000))
        uow.change(
            update(Account)
            .where(col(Account.role) == Role.FAMILY, col(Account.disabled).is_(False))
            .values(password_hash=hashed, must_change=False)
        )


@contextlib.contextmanager
def journey(kind: str, families: int, seed: int) -> Iterator[Journey]:
    """The server on a demonstration of its own, with a mail server."""
    with contextlib.ExitStack() as ours:
        folder = Path(ours.enter_context(tempfile.TemporaryDirectory(prefix="anacrouse-kills-")))
        empty = folder / "empty"
        empty.touch()
        url = f"sqlite:///{folder}/portal/portal.db"
        if kind == "postgresql":
            url = ours.enter_context(running_cluster()).url + "postgres"
        mail = MailServer()
        mail.start()
        ours.callback(mail.stop)
        server = Server(folder / "portal", empty, DATABASE_URL=url, TRUSTED_PROXIES="127.0.0.1", PERIODIC_JOBS="1",
                        SMTP_URL=f"smtp+plain://127.0.0.1:{mail.port}", IDLE_MINUTES="600")  # fmt: skip
        move_to(DATABASE_URL=url, FILES_DIR=server.environment["FILES_DIR"])
        furnish(families)
        ours.callback(server.stop)
        one = Journey(server.start(), mail, random.Random(seed))
        ours.callback(one.dying.set)  # whoever still acts meets a server that stops
        yield one


def run(kills: int, databases: list[str], seed: int = 0) -> int:
    """The number of faults found."""
    seed, wrong = seed or secrets.randbelow(10**6), 0
    for kind in databases:
        print(f"{kind}, seed {seed}, {os.cpu_count()} cores")
        with journey(kind, 60 + kills, seed) as one:
            try:
                one.run(kills)
                one.post()
                one.check(kills)
            finally:
                one.tell()
                if one.wrong:
                    kept = Path(tempfile.gettempdir()) / f"killed-{kind}.log"
                    kept.write_text(one.server.log, encoding="utf-8")
                    print(f"  the server's log: {kept}")
        wrong += len(one.wrong)
    return wrong
