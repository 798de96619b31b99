"""What an account may be. The database keeps the French words."""

from enum import StrEnum


class Role(StrEnum):
    MANAGER = "responsable"
    OFFICE = "secretariat"
    FAMILY = "family"
