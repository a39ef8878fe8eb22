# SPDX-License-Identifier: GPL-3.0-or-later
"""The document security store: what a reader needs, years later, to judge the chain without asking anybody.

Written into the one revision before it is signed (PAdES B-LT without an incremental update, research/certificate.md
3.3). `certs.page` draws it, `certs.page.pdf_profile` takes it out again, `certs.verify.verifier` judges it.
"""

from phones.frozen import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class SecurityStore:
    """Certificates and certificate revocation lists, each DER, in the order in which they stand in the file."""

    certificates: tuple[bytes, ...] = ()
    revocation_lists: tuple[bytes, ...] = ()
