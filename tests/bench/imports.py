"""The largest file an import takes, through the screens: how long, and what other people feel meanwhile."""

import asyncio
import contextlib
import re
import time
from collections.abc import Awaitable, Callable

import aiohttp
import psutil

from tests.bench.load import session_of, sign_in
from tests.bench.sockets import Screen

LINES = 20_000
PATH = "/gestion/imports"
PAGES = ("/", "/famille", "/eleves/2042/historique", "/facturation/cotisations")
HEADS = "N° famille;Civ.;Nom;Prénom;Né(e) le;Adresse;CP;Ville;Tél. port.;Tél. fixe;E-mail;Identifiant"
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


class Others:
    """A family that reads, people who sign in: milliseconds of each page and of each sign-in."""

    def __init__(self, base: str, cookies: dict[str, str], password: str) -> None:
        self.base, self.cookies, self.password = base, cookies, password
        self.pages, self.doors = list[float](), list[float]()

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
            await sign_in(self.base, "belkacem.samir", self.password)
            self.doors.append((time.perf_counter() - began) * 1000)
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


async def measure(base: str, pid: int, password: str, say: Callable[[str, str, str], None]) -> None:
    family, manager = await sign_in(base, "aubry.claire", password), await sign_in(base, "lemoine.helene", password)
    memory, content = Memory(pid), file()

    async def while_others(what: str, target: str, work: Callable[[], Awaitable[None]]) -> None:
        others, began = Others(base, family, password), time.perf_counter()
        watching = [asyncio.create_task(each) for each in (others.read(), others.come_in(), memory.watch())]
        await work()
        taken = time.perf_counter() - began
        await asyncio.sleep(0.2)
        for task in watching:
            task.cancel()
        for shown in await asyncio.gather(*watching, return_exceptions=True):
            assert isinstance(shown, asyncio.CancelledError), shown
        say(f"{what}, {LINES} lines", f"{taken:.1f} s", target)
        pages = sorted(others.pages)
        say(
            "  others’ pages: p95; most", f"{pages[int(len(pages) * 0.95)]:.0f} ms; {pages[-1]:.0f} ms", "p95 ≤ 1000 ms"
        )
        say("  a sign-in, hash included: most", f"{max(others.doors):.0f} ms", "")

    async with session_of(manager) as session:
        await while_others("nothing", "", lambda: asyncio.sleep(5))
        where: list[str] = []

        async def give() -> None:
            form = aiohttp.FormData({"genre": "families"})
            form.add_field("fichier", content, filename="foyers.csv", content_type="text/csv")
            answer = await session.post(
                base + PATH + "/fichier", data=form, headers={"origin": base}, allow_redirects=False
            )
            assert answer.status == 303, answer.status
            where.append(answer.headers["location"])

        async def until(expected: str) -> None:
            while True:
                async with session.get(base + where[0]) as answer:
                    text = await answer.text()
                if expected in text:
                    return
                if (problem := re.search(r'class="notice bad".*?</p>', text)) is not None:
                    raise AssertionError(problem[0])
                await asyncio.sleep(0.5)

        await while_others("a file is received", "", give)
        screen = await Screen(session, base, where[0]).open(1)

        async def check() -> None:
            await screen.act("check")
            await until(CHECKED)

        async def carry() -> None:
            await screen.act("import", lu="oui")
            await until(DONE)

        await while_others("dry run", "≤ 45 s", check)
        await while_others("import", "≤ 60 s", carry)
        await screen.close()
    say("memory of the server before; most", f"{memory.start:.0f} MiB; {memory.peak:.0f} MiB", "")
    say("memory of the process apart, most", f"{memory.apart:.0f} MiB", "")
