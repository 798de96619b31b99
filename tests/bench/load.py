"""Pages by HTTP, one visitor or sixteen. Targets are measured in turn, there and back, so that a drifting machine cancels."""

import asyncio
import statistics
import time
from dataclasses import dataclass, field

import aiohttp

from data.accounts import passwords

ROUNDS, ALONE, TOGETHER = 4, 30, 160  # few a round: a page whose websocket never comes stays on the server for 20 s


@dataclass
class Target:
    """One address to measure, with the cookies it needs, and what was measured (ms alone, pages a second together)."""

    name: str
    url: str
    cookies: dict[str, str] = field(default_factory=dict)
    alone: list[float] = field(default_factory=list)
    together: list[float] = field(default_factory=list)

    @property
    def ms(self) -> float:
        return statistics.median(self.alone)

    @property
    def per_second(self) -> float:
        return statistics.median(self.together)


class Busy(Exception):
    """The portal asks to come back in a moment: no failure of theirs, and counted."""


async def sign_in(base: str, login: str, password: str) -> dict[str, str]:
    """The cookies of that account."""
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True), headers={"origin": base}) as session:
        data = {"site": "valmont", "identifiant": login, "mot_de_passe": password}
        async with session.post(f"{base}/connexion", data=data, allow_redirects=False) as answer:
            if answer.status == 503:
                raise Busy
            assert answer.status == 303, await answer.text()
            return {name: morsel.value for name, morsel in answer.cookies.items()}


async def paper(url: str, cookies: dict[str, str]) -> tuple[float, float]:
    """Milliseconds of a paper the first time, and again (median), over a connection that is open."""
    async with session_of(cookies) as session:
        await one(session, url.split("/", 3)[0] + "//" + url.split("/", 3)[2] + "/healthz")
        first = await one(session, url)
        return first, statistics.median([await one(session, url) for _ in range(20)])


async def measure(targets: list[Target], *, crowded: bool = True) -> None:
    for turn in range(ROUNDS):
        for target in targets if turn % 2 == 0 else reversed(targets):
            async with session_of(target.cookies) as session:
                target.alone += [await one(session, target.url) for _ in range(ALONE)]
            if crowded:
                target.together.append(await crowd(target))


def session_of(cookies: dict[str, str]) -> aiohttp.ClientSession:
    headers = {"accept-encoding": "gzip, br", "cookie": "; ".join(f"{name}={value}" for name, value in cookies.items())}
    return aiohttp.ClientSession(
        headers=headers, connector=aiohttp.TCPConnector(limit=0), cookie_jar=aiohttp.DummyCookieJar()
    )


async def one(session: aiohttp.ClientSession, url: str) -> float:
    """Milliseconds of one page."""
    began = time.perf_counter()
    async with session.get(url, allow_redirects=False) as answer:
        await answer.read()
        assert answer.status == 200, f"{url}: {answer.status}"
    return (time.perf_counter() - began) * 1000


async def crowd(target: Target, people: int = 16) -> float:
    """Pages a second with sixteen at once."""
    left = iter(range(TOGETHER))

    async def visitor(session: aiohttp.ClientSession) -> None:
        for _ in left:
            await one(session, target.url)

    async with session_of(target.cookies) as session:
        began = time.perf_counter()
        await asyncio.gather(*(visitor(session) for _ in range(people)))
        return TOGETHER / (time.perf_counter() - began)


async def posting(base: str, path: str, forms: list[dict[str, str]], status: int) -> list[float]:
    """Milliseconds of each form that a stranger sends."""
    taken = []
    async with aiohttp.ClientSession(headers={"origin": base}) as session:
        for form in forms:
            began = time.perf_counter()
            async with session.post(base + path, data=form, allow_redirects=False) as answer:
                await answer.read()
                assert answer.status == status, f"{path}: {answer.status}"
            taken.append((time.perf_counter() - began) * 1000)
    return taken


async def signing_in(base: str, login: str, password: str, times: int = 15) -> tuple[float, float]:
    """Milliseconds of a sign-in and of its hash alone, one beside the other: the machine's load weighs on both."""
    hashed, whole, alone = passwords.make_hash(password), list[float](), list[float]()
    for _ in range(times):
        began = time.perf_counter()
        await sign_in(base, login, password)
        signed_in = time.perf_counter()
        passwords.verify(password, hashed)
        whole.append((signed_in - began) * 1000)
        alone.append((time.perf_counter() - signed_in) * 1000)
    return statistics.median(whole), statistics.median(alone)
