"""Commands that let people in: sites, staff, second factors, the key file."""

import sys
from argparse import Namespace
from collections.abc import Iterator
from contextlib import contextmanager

from data.cli import Commands
from data.cli.operation import bring_up_to_date
from data.core.roles import Role


def add(commands: Commands) -> None:
    site = commands.add_parser("create-site", help="make another conservatoire")
    site.add_argument("code", help="small letters, figures, hyphens: what its addresses and commands call it")
    site.add_argument("name", help="as families read it")
    site.set_defaults(run=create_site, makes_database=True)
    staff = commands.add_parser("create-staff", help="make an account of the staff and print its first password")
    for name in ("site", "login", "name", "email"):
        staff.add_argument(f"--{name}", required=True)
    roles = [role.value for role in (Role.MANAGER, Role.OFFICE)]
    staff.add_argument("--role", choices=roles, default=Role.MANAGER.value)
    staff.set_defaults(run=create_staff)
    factor = commands.add_parser("reset-second-factor", help="take away the second factor of a lost telephone")
    for name in ("site", "login"):
        factor.add_argument(f"--{name}", required=True)
    factor.set_defaults(run=reset_second_factor)
    commands.add_parser("new-key", help="go on without a lost key file: second factors are given up").set_defaults(
        run=new_key
    )


@contextmanager
def exits_with_the_fault() -> Iterator[None]:
    """A UserError, or each field's, becomes the command's last words."""
    from data.core.errors import UserError, ValidationErrors

    try:
        yield
    except ValidationErrors as invalid:
        sys.exit("\n".join(f"{name}: {error.message('en')}" for name, error in invalid.faults.items()))
    except UserError as error:
        sys.exit(error.message("en"))


def create_site(chosen: Namespace) -> None:
    from data.access_grants import first_start

    bring_up_to_date()
    with exits_with_the_fault():
        first_start.create_site(chosen.code, chosen.name)
    print(
        f"The site {chosen.code} is made. Now: python main.py create-staff --site {chosen.code} --login … --name … --email …"
    )


def create_staff(chosen: Namespace) -> None:
    from data.access_grants import first_start

    bring_up_to_date()
    with exits_with_the_fault():
        word = first_start.create_staff(chosen.site, chosen.login, chosen.name, chosen.email, role=Role(chosen.role))
    print(f"The account {chosen.login} is made. Its password, for {first_start.DAYS} days and one sign-in: {word}")


def reset_second_factor(chosen: Namespace) -> None:
    from data.access_grants import first_start

    with exits_with_the_fault():
        done = first_start.reset_factor(chosen.site, chosen.login)
    print("The second factor is gone." if done else "This account has no second factor, or does not exist.")


def new_key(_chosen: Namespace) -> None:
    from data.access_grants import first_start

    first_start.key_is_known(accept=True)
    print("The present key is accepted.")
