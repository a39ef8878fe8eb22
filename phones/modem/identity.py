# SPDX-License-Identifier: GPL-3.0-or-later
"""AT+DEVCONINFO of Samsung's modem: the one line that is ever sent, and what of its answer is kept.

The answer holds the owner's phone number (PN) and other names of the phone besides: model, serial number and IMEI are
taken, nothing else leaves this module. No second command exists here: AT commands can dial, unlock, and erase.
Fields: research android.md §3, §6.6 [read: apeppels/galaxy-at-tool; `unconfirmed` on hardware].
"""

import re
from collections.abc import Mapping

from phones.cleaning import spelled_serial
from phones.errors import ReplyMalformedError
from phones.link import Effect, ModemIdentity, Question, Reply

COMMAND = b"AT+DEVCONINFO\r"
"""All that is ever sent."""
LARGEST = 4096
"""Bytes of a whole answer; published ones stay below six hundred."""
_LINE = "+DEVCONINFO:"
_FIELDS = re.compile(r"(?:[A-Z]{2,12}\([^()\r\n]{0,96}\);?){1,48}")
_FIELD = re.compile(r"([A-Z]{2,12})\(([^()\r\n]{0,96})\)")
_KEPT = {"MN": "product.model", "SN": "identity.serial", "IMEI": "identity.imei1"}
_NOT_TOLD = frozenset({"", "NULL", "null", "NONE", "none", "Unknown", "unknown"})
_ENDS = frozenset({"OK", "ERROR"})
_TIMEOUT_S = 5.0


def question() -> Question:
    """Who is it: `identity.serial`, `identity.imei1`, `product.model`, as far as its modem tells them."""
    return Question(
        name="modem.identity", effect=Effect.READS, request=ModemIdentity(), read=read_identity, timeout_s=_TIMEOUT_S
    )


def is_over(data: bytes) -> bool:
    """Has the answer come to its end: a line OK or ERROR?"""
    lines = data.decode("ascii", "replace").replace("\r", "\n").split("\n")
    return any(line.strip() in _ENDS for line in lines[:-1])


def read_identity(reply: Reply) -> Mapping[str, str]:
    """The three of its one line. Raises: ReplyMalformedError for another shape, or a field that is told twice."""
    lines = [line.strip() for line in reply.body.decode("ascii", "replace").replace("\r", "\n").split("\n")]
    found = [line for line in lines if line.startswith(_LINE)]
    if len(found) != 1 or lines.count("OK") != 1:
        raise ReplyMalformedError(step="modem", expected="one line and OK", got=f"{len(found)} lines")
    said = found[0].removeprefix(_LINE).strip()
    if not _FIELDS.fullmatch(said):
        raise ReplyMalformedError(step="modem", expected="NAME(text);", got="another shape")
    fields = _FIELD.findall(said)
    if len({name for name, _ in fields}) != len(fields):
        raise ReplyMalformedError(step="modem", expected="each field once", got="one twice")
    told = {_KEPT[name]: text.strip() for name, text in fields if name in _KEPT and text.strip() not in _NOT_TOLD}
    if "identity.serial" in told:
        told["identity.serial"] = spelled_serial(told["identity.serial"])
    return told
