"""What a letter's text is made of: blocks, lists of strings of which the first says the kind.

A kind is named here, and drawn in three tables: TEXT and HTML (data/mail/rendering.py), SCREEN (components/ui/letter_view.py).
"""

from collections.abc import Iterator, Sequence
from itertools import groupby

BLOCKS = {  # kind -> what follows it in the block
    "p": ("text",),
    "secret": (),  # the password is kept apart, encrypted
    "change": ("field", "before", "after", "verdict"),
    "fact": ("label", "value"),
    "message": ("text",),
    "link": ("words", "address"),
    "paper": ("file", "title", "opening", "closing"),  # a PDF joined; then a label, its value, a label, its value…
    "foot": ("site", "phone", "email"),
    "opt_out": ("address",),  # of a letter that its reader may do without
}


def runs(blocks: Sequence[list[str]]) -> Iterator[tuple[str, list[list[str]]]]:
    """(kind, what each block holds) of neighbours of one kind: changes and facts are lines of one table."""
    for kind, same in groupby(blocks, key=lambda block: block[0]):
        yield kind, [block[1:] for block in same]
