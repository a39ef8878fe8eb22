# SPDX-License-Identifier: GPL-3.0-or-later
"""Who calls, and what they may do: a role for each caller, rights for each role, one right for each route."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from certs.record.facts import Person
from station.service.errors import RoleRefusedError
from station.setup.home import Home
from station.setup.people import load as load_company


class Role(StrEnum):
    """What kind of program or person calls."""

    TECHNICIAN = "technician"
    VALIDATOR = "validator"
    KIOSK = "kiosk"
    INTEGRATOR = "integrator"
    AUDITOR = "auditor"


class Right(StrEnum):
    """What a route asks for."""

    SEE = "see"
    """The phones on the bench now, and the questions about them."""
    READ = "read"
    """Jobs, papers, events: the station's history, with numbers in clear."""
    OPERATE = "operate"
    """Plan, confirm, answer, correct, recheck, give up."""
    DECIDE = "decide"
    """Accept or reject a verified job; withdraw a certificate."""
    INSPECT = "inspect"
    """Draw the samples of a period, and say what was found on their phones."""
    MAINTAIN = "maintain"
    """Doctor, drain."""


RIGHTS: Mapping[Role, frozenset[Right]] = MappingProxyType(
    {
        Role.TECHNICIAN: frozenset({Right.SEE, Right.READ, Right.OPERATE, Right.INSPECT, Right.MAINTAIN}),
        Role.VALIDATOR: frozenset({Right.SEE, Right.READ, Right.DECIDE, Right.INSPECT}),
        Role.KIOSK: frozenset({Right.SEE, Right.OPERATE}),
        Role.INTEGRATOR: frozenset({Right.SEE, Right.READ, Right.OPERATE}),
        Role.AUDITOR: frozenset({Right.READ}),
    }
)


_OF_USER = "user:"


@dataclass(frozen=True, slots=True, kw_only=True)
class Peer:
    """The process at the other end of the Unix socket, as the kernel says."""

    process: int
    user: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """`person`: in whose name; "" for a caller of the socket, who names somebody or is the station's only operator.
    `id`: tells callers apart whose Idempotency-Keys must not meet.
    """

    id: str
    role: Role
    person: str = ""

    def has(self, right: Right) -> bool:
        """May they do that?"""
        return right in RIGHTS[self.role]

    @property
    def at_machine(self) -> bool:
        """Came over the Unix socket as the station's own user, without a token?"""
        return self.id.startswith(_OF_USER)

    def must_have(self, right: Right) -> None:
        """Raises: RoleRefusedError."""
        if not self.has(right):
            raise RoleRefusedError(role=self.role.value, right=right.value)

    def operator(self, home: Home, named: str | None) -> Person:
        """The operator in whose name this is done; the token's, whatever the request says.

        Raises: NotEntitledError, ConfigError.
        """
        return load_company(home.keys).person(self.person or named or None, "operator")

    def validator(self, home: Home, named: str | None) -> Person:
        """Likewise the validator; never filled in. Raises: NotEntitledError, ConfigError."""
        return load_company(home.keys).decider(self.person or named)


def caller_of(peer: Peer) -> Caller | None:
    """Who calls over the socket: the station's own user works here, nobody else, not root either."""
    if peer.user != os.geteuid():
        return None
    return Caller(id=f"{_OF_USER}{peer.user}", role=Role.TECHNICIAN)
