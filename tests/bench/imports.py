"""The largest file an import takes, through the screens: how long, and what other people feel meanwhile."""

import asyncio
import contextlib
import os
import re
import time
from collections.abc import Awaitable, Callable
from functools import partial

import aiohttp
import psutil

from tests.bench.load import Busy, session_of, sign_in
from tests.bench.sockets import Screen

LINES = 20_000
PATH = "/gestion/imports"
PAGES = ("/", "/famille", "/eleves/2042/historique", "/facturation/cotisations")
HEADS = "N° famille;Civ.;Nom;Prénom;Né(e) le;Adresse;CP;Ville;Tél. port.;Tél. fixe;E-mail;Identifiant"
HOUSEHOLD_HEADS = (
    "N° élève;Nom élève;Prénom élève;Né(e) le;Sexe;N° famille;Civ. resp. 1;Nom resp. 1;Prénom resp. 1;Adresse resp. 1;CP resp. 1;Ville resp. 1;"
    "Tél. port. resp. 1;Mail resp. 1;Civ. resp. 2;Nom resp. 2;Prénom resp. 2;Tél. port. resp. 2;Mail resp. 2;Discipline;Cycle"
)
CHECKED, DONE = "Lignes qui ajoutent", "lignes ajoutées"


def file(lines: int = LINES) -> bytes:
    """Families as another program writes them: one adult each, with a login, all of them new."""
    rows = (
        f"{20_000 + n};Mme;Nom{'abcdefghij'[n % 10] * (n % 7 + 1)} {'éàç'[n % 3]};Prénom {chr(97 + n % 26)}{chr(97 + n // 26 % 26)};"
        f"{n % 28 + 1:02d}/{n % 12 + 1:02d}/{1960 + n % 40};{n} rue de la Gare;57220;Valmont;06{n:08d};03{n:08d};"
        f"p{n}@example.org;parent.{n}"
        for n in range(lines)
    )
    return "\r\n".join((HEADS, *rows)).encode("cp1252", "replace")


def households(lines: int = LINES) -> bytes:
    """Pupils with one or two adults each, all of them new: brothers and sisters by two, a third of the homes with a second adult."""
    rows = (
        f"{50_000 + n};Nom{_letters(n // 2)};Prénom {_letters(n)};{n % 28 + 1:02d}/{n % 12 + 1:02d}/{2008 + n % 11};{'FM'[n % 2]};{60_000 + n // 2};"
        f"Mme;Nom{_letters(n // 2)};Claire {_letters(n // 2)};{n // 2} rue de la Gare;57220;Valmont;06{n // 2:08d};r{n // 2}@example.org;"
        + (
            f"M.;Nom{_letters(n // 2)};Marc {_letters(n // 2)};07{n // 2:08d};s{n // 2}@example.org;"
            if n // 2 % 3 == 0
            else ";;;;;"
        )
        + f"{('Piano', 'Violon', 'Chant')[n % 3]};{('1er', '2e', '3e')[n % 3]} cycle"
        for n in range(lines)
    )
    return "\r\n".join((HOUSEHOLD_HEADS, *rows)).encode("cp1252", "replace")


def _letters(n: int) -> str:
    """A name's end for each number: names hold no figures."""
    return "".join(chr(97 + n // 26**place % 26) for place in range(4))


class Others:
    """A family that reads, people who sign in: milliseconds of each page and of each sign-in."""

    def __init__(self, base: str, cookies: dict[str, str], password: str) -> None:
        self.base, self.cookies, self.password = base, cookies, password
        self.pages, self.doors, self.waits = list[float](), list[float](), 0

    async def read(self) -> None:
        async with session_of(self.cookies) as session:
            while True:
                for path in PAGES:
                    began = time.perf_counter()
                    async with session.get(self.base + path) as answer:
                        await answer.read()
                        assert answer.status == 200, f"{path}: {answer.status}"
                    self.pages.append((time.perf_counter() - began) * 1000)
                    await asyncio.sleep(0.1)

    async def come_in(self) -> None:
        while True:
            began = time.perf_counter()
            try:
                await sign_in(self.base, "belkacem.samir", self.password)
                self.doors.append((time.perf_counter() - began) * 1000)
            except Busy:
                self.waits += 1
            await asyncio.sleep(1)


class Memory:
    """MiB: what the server had, the most it took, and the most its worker processes took."""

    def __init__(self, pid: int) -> None:
        self.server = psutil.Process(pid)
        self.start = self.peak = self.server.memory_info().rss / 2**20
        self.apart = 0.0

    async def watch(self) -> None:
        while True:
            self.peak = max(self.peak, self.server.memory_info().rss / 2**20)
            for child in self.server.children():
                with contextlib.suppress(psutil.Error):
                    self.apart = max(self.apart, child.memory_info().rss / 2**20)
            await asyncio.sleep(0.1)


async def measure(base: str, pid: int, password: str, say: Callable[[str, str, str], None], lines: int = LINES) -> None:
    family, manager = await sign_in(base, "aubry.claire", password), await sign_in(base, "lemoine.helene", password)
    memory = Memory(pid)

    async def while_others(what: str, target: str, work: Callable[[], Awaitable[None]]) -> None:
        others, began, worked = Others(base, family, password), time.perf_counter(), _processor(memory.server)
        watching = [asyncio.create_task(each) for each in (others.read(), others.come_in(), memory.watch())]
        await work()
        taken, worked = time.perf_counter() - began, _processor(memory.server) - worked
        await asyncio.sleep(0.2)
        for task in watching:
            task.cancel()
        for shown in await asyncio.gather(*watching, return_exceptions=True):
            assert isinstance(shown, asyncio.CancelledError), shown
        say(f"{what}, {lines} lines", f"{taken:.1f} s; processor {worked:.1f} s; load {os.getloadavg()[0]:.1f}", target)
        pages = sorted(others.pages)
        say(
            "  others’ pages: p95; most", f"{pages[int(len(pages) * 0.95)]:.0f} ms; {pages[-1]:.0f} ms", "p95 ≤ 1000 ms"
        )
        say(
            "  a sign-in, hash included: most; asked to wait",
            f"{max(others.doors, default=0):.0f} ms; {others.waits}",
            "",
        )

    async with session_of(manager) as session:
        await while_others("nothing", "", lambda: asyncio.sleep(5))
        for kind, content in (("families", file(lines)), ("pupils-and-adults", households(lines))):
            office = Office(session, base, kind)
            await while_others(f"{kind}: received", "", partial(office.give, content))
            await while_others(f"{kind}: dry run", "≤ 45 s", office.check)
            await while_others(f"{kind}: import", "≤ 60 s", office.carry)
            await office.close()
            for form in ("xlsx", "csv"):
                await while_others(
                    f"{kind}: export {form.upper()}", "≤ 10 s", partial(_take, session, base, kind, form)
                )
    say("memory of the server before; most", f"{memory.start:.0f} MiB; {memory.peak:.0f} MiB", "")
    say("memory of the process apart, most", f"{memory.apart:.0f} MiB", "")


class Office:
    """A « responsable » who gives a file, has it checked and imports it."""

    def __init__(self, session: aiohttp.ClientSession, base: str, kind: str) -> None:
        self.session, self.base, self.kind, self.page = session, base, kind, ""

    async def give(self, content: bytes) -> None:
        form = aiohttp.FormData({"genre": self.kind})
        form.add_field("fichier", content, filename=f"{self.kind}.csv", content_type="text/csv")
        address, headers = f"{self.base}{PATH}/fichier", {"origin": self.base}
        answer = await self.session.post(address, data=form, headers=headers, allow_redirects=False)
        assert answer.status == 303, answer.status
        self.page = answer.headers["location"]
        self.screen = await Screen(self.session, self.base, self.page).open(1)

    async def check(self) -> None:
        self.screen = await self.screen.awake()
        await self.screen.act("check")
        await self._until(CHECKED)

    async def carry(self) -> None:
        self.screen = await self.screen.awake()
        await self.screen.act("import", lu="oui")
        await self._until(DONE)

    async def close(self) -> None:
        await self.screen.close()

    async def _until(self, expected: str) -> None:
        while True:
            async with self.session.get(self.base + self.page) as answer:
                text = await answer.text()
            if expected in text:
                return
            if (
                problem := re.search(r'class="notice bad".*?</p>|[^>]*réponses? (est|sont) attendue', text)
            ) is not None:
                raise AssertionError(problem[0])
            await asyncio.sleep(0.5)


def _processor(server: psutil.Process) -> float:
    """Seconds that the server and its children have worked so far, those that ended too."""
    times = server.cpu_times()
    found = times.user + times.system + times.children_user + times.children_system
    for child in server.children():
        with contextlib.suppress(psutil.Error):
            found += sum(child.cpu_times()[:2])
    return float(found)


async def _take(session: aiohttp.ClientSession, base: str, kind: str, form: str) -> None:
    async with session.get(f"{base}/gestion/exports/{kind}.{form}") as answer:
        assert answer.status == 200, answer.status
        assert len(await answer.read()) > 10_000
