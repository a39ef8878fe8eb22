# SPDX-License-Identifier: GPL-3.0-or-later
"""A file that is no paper, signed with the station's key: a detached CMS signature beside it, as papers hold one.

Whoever has the issuer's root checks it without this program (docs/methods.md). It says whose words the file is, and
nothing of a phone: no verifier takes such a file for a paper.
"""

import hashlib
from pathlib import Path

from certs.formats import cms
from certs.record.issuer import Signer
from phones.durable_files import write_new

SUFFIX = ".p7s"


def write_signed(path: Path, content: bytes, signer: Signer) -> Path:
    """Writes the file, and its signature (DER) beside it under its name and `.p7s`, which is returned. Neither may be
    there already. The signature is there first: killed in between, no file is left that looks unsigned; and it goes
    again when the file cannot be written. Raises: OSError, CmsError, TokenError.
    """
    signature = cms.sign(hashlib.sha256(content).digest(), signer)
    beside = path.with_name(path.name + SUFFIX)
    if path.exists():
        raise FileExistsError(str(path))
    write_new(beside, signature)
    try:
        write_new(path, content)
    except OSError as error:
        if isinstance(error, FileExistsError) or not path.exists():  # else both are there, and only not surely durable
            beside.unlink(missing_ok=True)
        raise
    return beside
