"""Whom a line of « Élèves et responsables » names."""

from dataclasses import dataclass, field

from data.core.errors import UserError
from data.core.fields import PERSON_NAME, full_name
from data.importing.kinds.household_contacts import Values
from data.importing.name_cells import Name
from data.importing.snapshot import Line


@dataclass(eq=False)
class Person:
    """`values` are the record's. `slot`: which adult, or which child, of the line."""

    slot: int
    values: Values

    def text(self, name: str) -> str:
        return str(self.values.get(name) or "")

    @property
    def called(self) -> str:
        return full_name(self.text("first_name"), self.text("last_name"))


@dataclass(eq=False)
class Adult(Person):
    """`unread`: values whose fault is told, or that wait."""

    login: str = ""
    unread: set[str] = field(default_factory=set)

    @property
    def is_named(self) -> bool:
        """Whether the file says who it is: of nobody else, nothing is asked."""
        return not self.unread & {"last_name", "first_name"}


@dataclass(eq=False)
class Child(Person):
    number: str = ""
    born: str = ""  # the birth name of a pupil of age


@dataclass(eq=False)
class Entry:
    """What one line says."""

    line: Line
    key: str = ""  # of the family, in the file's words
    adults: list[Adult] = field(default_factory=list)
    children: list[Child] = field(default_factory=list)
    separated: bool = False
    together: bool = False  # adults of several lines, said to be one family
    own: list[Adult] = field(default_factory=list)  # adults of whom the cell says that they are the pupil
    as_of: str = ""  # « Idem Max »: the adults are those of that pupil
    loose: Values = field(default_factory=dict)  # an address, a number, that no adult of the line has


def check_name(line: Line, column: str, name: Name) -> None:
    """A cell with more than a name in it (« Célestin 10 ans ») is told, as a column of first names alone would be."""
    for part in (name.last, name.first):
        try:
            PERSON_NAME.read(part)
        except UserError as why:
            line.fault(column, why)
