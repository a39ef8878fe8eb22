# SPDX-License-Identifier: GPL-3.0-or-later
"""A file that is no paper, signed with the station's key: a detached CMS signature beside it, as papers hold one.

Whoever has the issuer's root checks it without this program (docs/methods.md). It says whose words the file is, and
nothing of a phone: no verifier takes such a file for a paper.
"""

import hashlib
from pathlib import Path

from certs.formats import cms
from certs.formats.der import DerError
from certs.formats.x509_facts import read_certificate
from certs.record.issuer import Signer
from phones.durable_files import write_new
from phones.given_files import read_given

SUFFIX = ".p7s"


_LARGEST_SIGNATURE = 64 * 1024


def write_signed(path: Path, content: bytes, signer: Signer) -> Path:
    """Writes the file, and its signature (DER) beside it under its name and `.p7s`, which is returned. Neither may be
    there already, but for a signature that was left by a writer who was killed: that is this station's, over just these
    bytes, and its file is missing.

    The signature is there first: killed in between, no file is left that looks unsigned, and the same call finishes it;
    and it goes again when the file cannot be written. Raises: OSError, CmsError, TokenError.
    """
    digest = hashlib.sha256(content).digest()
    beside = path.with_name(path.name + SUFFIX)
    if path.exists():
        raise FileExistsError(str(path))
    if not _was_left(beside, digest, signer):
        write_new(beside, cms.sign(digest, signer))
    try:
        write_new(path, content)
    except OSError as error:
        if isinstance(error, FileExistsError) or not path.exists():  # else both are there, and only not surely durable
            beside.unlink(missing_ok=True)
        raise
    return beside


def _was_left(beside: Path, digest: bytes, signer: Signer) -> bool:
    """Is there this station's own signature over these bytes already?"""
    try:
        parts = cms.read(read_given(beside, _LARGEST_SIGNATURE))
        if (parts.station, parts.organisation) != signer.station.encoded or parts.digest != digest:
            return False
        return cms.is_signed(parts, read_certificate(parts.station))
    except (OSError, cms.CmsError, DerError):
        return False
