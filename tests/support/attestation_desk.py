# SPDX-License-Identifier: GPL-3.0-or-later
"""A desk at which somebody answers every challenge with a chain of the virtual authority; a company signed its root."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

from certs.keys.attestation_roots import signed_by
from certs.keys.authority import Authority as Company
from certs.keys.authority import create_authority
from certs.record.issuer import Issuer
from phones.attestation.roots import shipped
from phones.attestation.signed_roots import read_signed_roots
from phones.attestation.status_list import StatusList
from station.setup.attestation_desk import Held
from tests.support import lives
from tests.support.attestation import root_document, set_document, statuses
from tests.support.direct_bench import VirtualClock
from virtual_phones.android.attestation import Authority, Shape, Statement, joined

VIRTUAL = Authority("virtual phones")
COMPANY: Company = create_authority(Issuer(name="Test Bench"), "test", now=VirtualClock().now(), specimen=True)
SIGNED = signed_by(COMPANY.organisation, set_document(root_document(spki_sha256=VIRTUAL.root_digest), version=2))
CHALLENGED = replace(lives.SETTINGS, challenge=True)
Answer = Callable[[str], bytes | None]


def chain(nonce: str, shape: Shape | None = None, **said: Any) -> bytes:
    return joined(VIRTUAL.chain(Statement(challenge=nonce.encode(), **said), shape))


def chain_over(nonce: str) -> bytes | None:
    return chain(nonce)


@dataclass
class FakeDesk:
    """Somebody who has the phone's key attested: `answer` makes the chain out of the challenge, None for not yet."""

    answer: Answer = chain_over
    signed: bytes = SIGNED
    statuses: StatusList | None = field(
        default_factory=lambda: statuses(as_of=VirtualClock().now() - timedelta(days=1))
    )
    challenges: dict[str, str] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def held(self) -> Held:
        roots = read_signed_roots(self.signed).roots if self.signed else shipped()
        return Held(roots=roots, signed=self.signed, statuses=self.statuses)

    def ask(self, job: str, nonce: str) -> None:
        self.challenges[job] = nonce
        self.asked.append(nonce)

    def handed_in(self, job: str) -> bytes | None:
        return self.answer(self.challenges[job])

    def forget(self, job: str) -> None:
        self.challenges.pop(job, None)
