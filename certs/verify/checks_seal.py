# SPDX-License-Identifier: GPL-3.0-or-later
"""The first checks: bytes, signature and chain. No PDF parser and no reader of records is loaded for them.

Each check returns None when it passed, or a few words why it was not made; else it raises Failed or Inconclusive.
"""

from certs.formats import chain, cms, pdf_signature
from certs.formats.der import DerError
from certs.formats.x509_facts import read_certificate
from certs.verify.case import CannotGoOn, Case, Failed, Inconclusive


def structure(case: Case) -> str | None:
    """One revision, one signature, nothing before, behind or beside it. What is no PDF at all says nothing."""
    try:
        case.signed = pdf_signature.read_file(case.data)
    except pdf_signature.StructureError as error:
        from certs.verify.other_files import recognise  # noqa: PLC0415 - no file of our structure waits for it

        other = recognise(case.data)
        if other is not None:
            raise CannotGoOn(other.code, other.detail) from error
        raise Failed("E_STRUCTURE", str(error)) from error
    return None


def coverage(case: Case) -> str | None:
    """The signature covers every byte but its own."""
    if not case.signed.covers_all:
        raise Failed("E_COVERAGE")
    return None


def container(case: Case) -> str | None:
    """The signature container is exactly the template; there is no room in it."""
    try:
        case.parts = cms.read(case.signed.container)
    except cms.CmsError as error:
        raise Failed("E_PADDING", str(error)) from error
    return None


def integrity(case: Case) -> str | None:
    """The bytes are the ones that were signed, by the certificate that stands there."""
    try:
        case.station = read_certificate(case.parts.station)
        case.organisation = read_certificate(case.parts.organisation)
    except DerError as error:
        raise Failed("E_CHAIN", str(error)) from error
    if case.parts.digest != case.signed.digest:
        raise Failed("E_TAMPERED", "digest")
    if not cms.is_signed(case.parts, case.station):
        raise Failed("E_TAMPERED", "signature")
    return None


def certificates(case: Case) -> str | None:
    """Station and organisation are certificates of our profile, one issued by the other."""
    try:
        chain.check_station(case.station, case.organisation)
        chain.check_organisation(case.organisation)
    except chain.ChainError as error:
        raise Failed("E_CHAIN", str(error)) from error
    return None


def trusted(case: Case) -> str | None:
    """The organisation was certified by a root the reader pinned. Specimens need none and earn no trust."""
    if chain.is_specimen(case.station):
        return "a specimen has no issuer to trust"
    for root in case.trust.roots:
        if case.organisation.is_signed_by(root):
            case.root = root
            return None
        if case.organisation.issuer == root.subject and case.organisation.authority_key_id == root.subject_key_id:
            raise Failed("E_CHAIN", "not signed by the root it names")
    raise Inconclusive("E_UNTRUSTED")
