"""What one open page of the file « Réinscriptions » shows, and its address."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from data.core import events
from data.core.errors import NotFound, UserError
from data.core.unit_of_work import UnitOfWork
from data.reenrolment import follow_up, queue_list
from data.reenrolment import review_queue as reenrolment_queue
from data.reenrolment.queue_list import Narrowing, Overview, Waiting
from data.reenrolment.queue_terms import Only
from data.reenrolment.review_queue import RequestDetail
from pages.staff.queue import tabs

PAGE = 50


class Offer(NamedTuple):
    """A request that can be accepted with others, as it was read."""

    sent_id: int
    version: int
    name: str
    about: str
    documents: str
    unseen: int


@dataclass
class PageState:
    """The list and what it is narrowed to; the request, the document beside it, which documents are refused so far."""

    sent_id: int | None = None
    closed: bool = False
    narrowing: Narrowing = field(default_factory=Narrowing)
    skip: int = 0
    shown: int | None = None  # a supplied document
    declined: set[int] = field(default_factory=set)
    outcome: str | None = None  # what waits for its reason; "": what the documents say
    warned: int = 0  # of how many files that nobody opened this person was told
    noting: bool = False  # the note is being written
    faults: dict[str, UserError] = field(default_factory=dict)
    decided_ids: list[int] = field(default_factory=list)
    decided: str = ""
    offered: list[Offer] = field(default_factory=list)  # what « Accepter… » would accept
    opens_first: bool = False
    seen: Overview | None = None  # as it was drawn last, and when
    seen_at: int = 0

    @property
    def url(self) -> str:
        only = ".".join(each for each in Only if each in self.narrowing.only)
        return tabs.path_of(
            "reinscriptions",
            self.sent_id,
            closed=self.closed,
            search=self.narrowing.search,
            only=only,
            department=self.narrowing.department,
        )

    @property
    def asked(self) -> Narrowing:
        """What the list is narrowed to; answers are searched, not filtered."""
        return Narrowing(self.narrowing.search) if self.closed else self.narrowing

    def turn_to(self, sent_id: int | None) -> None:
        self.sent_id, self.shown, self.declined, self.faults = sent_id, None, set(), {}
        self.outcome, self.warned, self.noting = None, 0, False

    def narrow_to(self, narrowing: Narrowing) -> None:
        self.narrowing, self.skip = narrowing, 0


def narrowing(search: str, only: str, department: str) -> Narrowing:
    """As an address says it; words that are none of ours are nothing."""
    chosen: Iterable[Only] = (each for each in Only if each in only.split("."))
    return Narrowing(search[:60], frozenset(chosen), department[:80])


def overview(uow: UnitOfWork, page_state: PageState) -> Overview:
    """What is drawn: the page of the list, and what stands above it."""
    if not page_state.closed:
        known = page_state.seen if not events.changed_since(("queue", uow.site_id or 0), page_state.seen_at) else None
        page_state.seen_at = page_state.seen_at if known else uow.as_of
        page_state.seen = queue_list.overview(uow, page_state.narrowing, most=PAGE, skip=page_state.skip, known=known)
        return page_state.seen
    rows = listed(uow, page_state)
    whole = not page_state.skip and len(rows) < PAGE
    total = len(rows) if whole else queue_list.count(uow, page_state.asked, closed=True)
    return Overview(rows, total, 0, {}, [])


def listed(uow: UnitOfWork, page_state: PageState) -> list[Waiting]:
    return queue_list.queue(uow, page_state.asked, closed=page_state.closed, most=PAGE, skip=page_state.skip)


def ids(uow: UnitOfWork, page_state: PageState) -> list[int]:
    return [each.sent.id for each in listed(uow, page_state)]


def look(uow: UnitOfWork, page_state: PageState, sent_id: int | None) -> None:
    """Open that request: this person has it before them, and the file that shows first."""
    if sent_id != page_state.sent_id:
        page_state.turn_to(sent_id)
    reenrolment_queue.mark_present(uow, sent_id)
    if sent_id:
        follow_up.look_at(uow, sent_id)


def detail(uow: UnitOfWork, page_state: PageState) -> RequestDetail:
    if page_state.sent_id is None:
        raise NotFound("no request is open")
    return reenrolment_queue.detail(uow, page_state.sent_id)
