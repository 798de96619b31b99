"""How a target is run: examples of Hypothesis until its time is over, each within a processor's seconds; bytes that were bent.

What fails is made small by Hypothesis and printed; its seed is printed too (`FUZZ_SEED` begins there again).
"""

import os
import resource
import secrets
import time
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

SECONDS = float(os.environ.get("FUZZ_SECONDS", "60"))
SEED = os.environ.get("FUZZ_SEED", "")
A_ROUND = 200  # examples: then Hypothesis begins with another seed
MAX_PROCESSOR_SECONDS = 10.0  # of one example; honest files take a tenth of one
MAX_GROWTH = 700 * 1024  # kilobytes that the process may take more, whatever came
Sample = TypeVar("Sample")


def run(target: str, samples: st.SearchStrategy[Sample], check: Callable[[Sample], Any], *, share: float = 1) -> int:
    """How many examples were tried; the first that `check` fails on fails the target."""
    until, tried, slowest = time.monotonic() + SECONDS * share, 0, 0.0
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

    def timed(sample: Sample) -> None:
        nonlocal tried, slowest
        tried, begun = tried + 1, time.process_time()
        check(sample)
        slowest = max(slowest, used := time.process_time() - begun)
        assert used < MAX_PROCESSOR_SECONDS, f"{used:.1f} s of a processor"

    start = int(SEED or secrets.randbelow(2**32))
    while True:
        examples = settings(
            max_examples=A_ROUND,
            deadline=None,
            database=None,
            derandomize=False,
            print_blob=False,
            suppress_health_check=list(HealthCheck),
            phases=(Phase.generate, Phase.shrink),
        )
        try:
            seed(start)(examples(given(samples)(timed)))()
        except BaseException:
            print(f"{target}: FUZZ_SEED={start} begins with what failed")
            raise
        start += 1
        if time.monotonic() > until:
            break
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    print(f"{target}: {tried} examples, the slowest {slowest:.2f} s, {grown // 1024} MB more at most")
    assert grown < MAX_GROWTH, f"{grown} kB more than before"
    return tried


NASTY_BYTES = (
    b"\0", b"\xff", b"\xff\xfe", b"\xef\xbb\xbf", b"\r\n", b"\r", b'"', b"'", b";", b",", b"\t", b"=", b"-1", b"0", b"1e309", b"NaN",
    b"99999999999999999999", b"2147483648", b"%s", b"../", b"<!ENTITY x SYSTEM 'file:///etc/passwd'>", b"&x;", b"<![CDATA[", b"obj",
    b"<<", b">>", b"endstream", b"/JS", b"/Kids", b"/Count -1", b"/Length 999999999", b"0 R", b"\x7f\xff\xff\xff", b"\x80\0\0\0",
)  # fmt: skip


def mutated(samples: Sequence[bytes], tokens: Sequence[bytes] = NASTY_BYTES) -> st.SearchStrategy[bytes]:
    """Real files, bent in up to eight places: cut, doubled, overwritten, mixed with each other; now and then anything at all."""
    place = st.floats(0, 1, exclude_max=True)
    some_bytes = st.sampled_from(tokens) | st.binary(min_size=1, max_size=8) | st.sampled_from(samples)
    bend = st.tuples(st.sampled_from(("put", "over", "cut", "double", "end", "flip")), place, place, some_bytes)
    bent = st.builds(_bend, st.sampled_from(samples), st.lists(bend, min_size=1, max_size=8))
    return bent | st.builds(lambda sample, tail: sample[:12] + tail, st.sampled_from(samples), st.binary(max_size=300))


def _bend(content: bytes, bends: list[tuple[str, float, float, bytes]]) -> bytes:
    for how, where, length, token in bends:
        at, span = int(where * len(content)), int(length * length * min(len(content), 4096))
        if how == "put":
            content = content[:at] + token + content[at:]
        elif how == "over":
            content = content[:at] + token[:4096] + content[at + len(token[:4096]) :]
        elif how == "cut":
            content = content[:at] + content[at + span :]
        elif how == "double":
            content = content[: at + span] + content[at : at + span] + content[at + span :]
        elif how == "end":
            content = content[:at]
        elif content:
            content = content[:at] + bytes([content[at] ^ (1 << int(length * 8))]) + content[at + 1 :]
    return content


TEXTS = st.text(st.characters(), max_size=60) | st.sampled_from((
    "", "0", "-1", "²", "٣", "９", "1e5", "9" * 400, "\0", "a\0b", "\ud800", "\u202ea", "\u200b", "é" * 200, "' OR 1=1 --", "%00", "../../etc/passwd",
    "<script>alert(1)</script>", "{{7*7}}", "{name}", "%(name)s", "a@b", "é@example.org", "a@xn--a.org", "+33", "+33612345678", "00", "null", "true",
))  # fmt: skip
JSONS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=12,
)
