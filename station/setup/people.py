# SPDX-License-Identifier: GPL-3.0-or-later
"""Who signs and who works here: `issuer.json`, written once by `proofwipe init`.

Shape: {"schema": "proofwipe/issuer/1", "name", "address", "contact", "country", "station",
"people": [{"name", "role"}]}; roles are `operator` and `validator`.
"""

import json
from dataclasses import dataclass, replace
from pathlib import Path

from certs.record.facts import Person
from certs.record.issuer import Issuer
from phones.given_files import read_given
from station.errors import ConfigError, NotEntitledError, NotInitialisedError
from station.setup.home import write_whole
from station.text.language import text

ROLES = ("operator", "validator")


@dataclass(frozen=True, slots=True, kw_only=True)
class Company:
    """The issuer, its station's name, and the people who may act."""

    issuer: Issuer
    station: str
    people: tuple[Person, ...]

    def person(self, name: str | None, role: str) -> Person:
        """The named person in a role; the only one who has it when no name is given.

        Raises: NotEntitledError when nobody, or more than one, fits.
        """
        fitting = [one for one in self.people if one.role == role and name in (None, one.name)]
        if len(fitting) != 1:
            raise self._not_entitled(name, role)
        return fitting[0]

    def decider(self, name: str | None) -> Person:
        """The validator of that name. A decision is somebody's own: no name is ever filled in, not even the only one.

        Raises: NotEntitledError.
        """
        if not name:
            raise self._not_entitled(None, "validator")
        return self.person(name, "validator")

    def names(self, role: str) -> tuple[str, ...]:
        """Who has a role, as they were entered."""
        return tuple(one.name for one in self.people if one.role == role)

    def _not_entitled(self, name: str | None, role: str) -> NotEntitledError:
        return NotEntitledError(
            subject=name or "—",
            known=", ".join(self.names(role)) or "—",
            role=text(f"word.role_{role}"),
            got=name or "—",
        )


def save(folder: Path, company: Company) -> None:
    """Write issuer.json whole. Raises: FileNotWrittenError."""
    document = {
        "schema": "proofwipe/issuer/1",
        "name": company.issuer.name,
        "address": company.issuer.address,
        "contact": company.issuer.contact,
        "country": company.issuer.country,
        "station": company.station,
        "people": [{"name": one.name, "role": one.role} for one in company.people],
    }
    write_whole(folder / "issuer.json", json.dumps(document, ensure_ascii=False, indent=2).encode())


def with_validator(folder: Path, name: str) -> Company:
    """Write the person into issuer.json as a validator, if they are not. Raises: ConfigError, FileNotWrittenError."""
    company = load(folder)
    person = Person(name=name, role="validator")
    if person in company.people:
        return company
    grown = replace(company, people=(*company.people, person))
    save(folder, grown)
    return grown


LARGEST_FILE = 256 * 1024
"""Bytes of issuer.json."""


def load(folder: Path) -> Company:
    """Read issuer.json. Raises: NotInitialisedError when there is none, ConfigError when it is not of that shape."""
    path = folder / "issuer.json"
    try:
        document = json.loads(read_given(path, LARGEST_FILE))
        return Company(
            issuer=Issuer(
                name=document["name"],
                address=document["address"],
                contact=document["contact"],
                country=document["country"],
            ),
            station=document["station"],
            people=tuple(Person(name=one["name"], role=one["role"]) for one in document["people"]),
        )
    except FileNotFoundError as error:
        raise NotInitialisedError(subject=str(folder)) from error
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise ConfigError(subject=str(path), expected=text("expected.issuer_file"), got=type(error).__name__) from error


def parse_person(given: str) -> Person:
    """A person from "Name:role" as typed on the command line. Raises: ConfigError."""
    name, _, role = given.rpartition(":")
    if not name.strip() or role not in ROLES:
        raise ConfigError(subject="--person", step=given, expected=f"NAME:{'|'.join(ROLES)}", got=given)
    return Person(name=name.strip(), role=role)
