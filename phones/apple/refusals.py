# SPDX-License-Identifier: GPL-3.0-or-later
"""Our errors for what pymobiledevice3, sockets and TLS raise over an iPhone.

By class name, so that nothing of the library is loaded here before a phone is looked for. Names, words and what they
mean: `phones/refusals.toml`.
"""

import asyncio
import contextlib
import re
import ssl
from collections.abc import Iterator, Sequence
from typing import Any
from xml.parsers.expat import ExpatError

from phones.cleaning import clean
from phones.errors import (
    PhoneLostError,
    PhoneRefusedError,
    PhoneSilentError,
    ProofwipeError,
    ReplyMalformedError,
    UsbmuxError,
)
from phones.refusals import find, kept, known_word, table, words_of_classes

# TLS alerts by which a phone says that it does not accept our certificate.
_CERTIFICATE_ALERTS = ("CERTIFICATE", "UNKNOWN_CA", "ACCESS_DENIED", "HANDSHAKE_FAILURE")

# What the library itself lets through over malformed replies: it indexes, converts and compares unchecked.
UNCHECKED_LIBRARY_ERRORS = (
    ValueError,
    TypeError,
    LookupError,
    AttributeError,
    AssertionError,
    ArithmeticError,
    RuntimeError,
    EOFError,
    ExpatError,
)

_GONE = frozenset({"ConnectionTerminatedError", "MuxException", "DeviceNotFoundError", "NoDeviceConnectedError"})
_DAEMON_TOO_OLD = {"MuxVersionError": "BADVERSION", "BadCommandError": "BADCOMMAND"}
_LEFT_THE_DAEMON = {"BadDevError": "BADDEV", "ConnectionFailedError": "CONNREFUSED"}

# The library puts a service's whole reply into the sentence of its error, as Python spells it.
_STATUS = re.compile(r"'(?:Status|Error)': '([A-Za-z0-9]{1,64})'")
_ERROR_CODE = re.compile(r"'ErrorCode': (-?[0-9]{1,6})\b")
_ERROR_DOMAIN = re.compile(r"'ErrorDomain': '([A-Za-z]{1,64})'")
_MOST_OF_A_SENTENCE = 8192


def translated(error: BaseException, phone: str, step: str) -> ProofwipeError:
    """Our error for one of the library's, of the socket's or of TLS."""
    if refuses_certificate(error):
        return PhoneRefusedError(reason_code="refused_tls", subject=phone, step=step)
    error = _behind_a_break(error)
    names = [kind.__name__ for kind in type(error).__mro__]
    if "ConnectionFailedToUsbmuxdError" in names:
        return UsbmuxError(subject=phone, step=step, expected="usbmuxd", got="no answer")
    for name in names:
        if name in _DAEMON_TOO_OLD:
            word = kept("usbmux", _DAEMON_TOO_OLD[name])
            return UsbmuxError(subject=phone, step=step, expected="a usbmuxd of today", got=name, word=word)
        if name in _LEFT_THE_DAEMON:
            word = kept("usbmux", _LEFT_THE_DAEMON[name])
            return PhoneLostError(subject=phone, step=step, expected="an attached phone", got=name, word=word)
    refusal = _refusal(error, names, phone, step)
    if refusal is not None:
        return refusal
    if isinstance(error, TimeoutError):
        return PhoneSilentError(subject=phone, step=step, expected="an answer in time", got="none")
    if isinstance(error, OSError | EOFError) or _GONE.intersection(names):
        return PhoneLostError(subject=phone, step=step, expected="an answer", got="the connection ended")
    return ReplyMalformedError(subject=phone, step=step, expected="the documented shape", got=type(error).__name__)


def _behind_a_break(error: BaseException) -> BaseException:
    """The refusal that our client took for the end of the conversation, where there is one: the library would open
    another and ask again (`phones.apple.library.NothingRepeatedError`).
    """
    refused = error.__context__ if type(error).__name__ == "NothingRepeatedError" else None
    return refused if refused is not None and isinstance(getattr(refused, "error", None), str) else error


def _refusal(error: BaseException, names: Sequence[str], phone: str, step: str) -> PhoneRefusedError | None:
    """The refusal of the most special class that the table knows; None when the error is none."""
    rows = table()["library"]
    row = next((rows[name] for name in names if name in rows), None)
    word = _word(error, names)
    if row is None and not word:
        return None
    if row is not None and row.word == "LockdownError" and not word:
        # The library raises it without a code for an answer to another question than asked.
        return None
    known = known_word(word)
    code = row.code if row is not None else "service_refused"
    if known is not None and known.code not in ("lost", "bench"):
        code = known.code
    word = word or (row.kept if row is not None else "")
    return PhoneRefusedError(reason_code=code, subject=phone, step=step, word=word)


def _word(error: BaseException, names: Sequence[str]) -> str:
    """What the phone itself said, as it travels; "" where the library does not pass it on."""
    for name in names:
        if name in words_of_classes():
            return words_of_classes()[name]
    if "AfcException" in names:
        status = getattr(error, "status", None)
        return kept("afc", getattr(status, "name", status))
    if "ProfileError" in names:
        return _mc_word(str(error)[:_MOST_OF_A_SENTENCE])
    if names[0] == "PyMobileDevice3Exception" and "diagnostics" in str(error):
        status = _STATUS.search(str(error)[:_MOST_OF_A_SENTENCE])
        return kept("diagnostics", status[1]) if status and status[1] != "Success" else ""
    said = getattr(error, "error", None) or getattr(error, "message", None)
    return (
        kept("lockdown", said) if isinstance(said, str) and {"LockdownError", "StartServiceError"} & set(names) else ""
    )


def _mc_word(sentence: str) -> str:
    number, domain, status = (found.search(sentence) for found in (_ERROR_CODE, _ERROR_DOMAIN, _STATUS))
    if number is not None:
        return kept_of_chain(domain[1] if domain else "", number[1])
    return kept("mcinstall", status[1]) if status else ""


def kept_of_chain(domain: str, number: str) -> str:
    """MCInstall's first error, as it travels: with its domain, or by the number alone where that is known so."""
    return kept("mcinstall", f"{domain}/{number}" if domain and find("mcinstall", number) is None else number)


def refuses_certificate(error: BaseException | None) -> bool:
    """Did the phone refuse our certificate? A broken connection alone never counts: a pulled cable breaks
    it too. TLS 1.2 refuses within the handshake, TLS 1.3 with the first answer after it [measured].
    """
    for _ in range(8):
        if error is None:
            return False
        if isinstance(error, ssl.SSLZeroReturnError):
            return True
        reason = str(getattr(error, "reason", "") or "") if isinstance(error, ssl.SSLError) else ""
        if "ALERT" in reason and any(word in reason for word in _CERTIFICATE_ALERTS):
            return True
        error = error.__cause__ or error.__context__
    return False


@contextlib.contextmanager
def library_errors_translated(udid: str, step: str) -> Iterator[None]:
    """Let only errors of ours out, and a cancellation only when somebody asked for one.

    The library cancels its own wait for a TLS connection to close when that hangs; asyncio keeps that in the
    connection, and every later wait for it ends as cancelled although nobody cancelled it.
    """
    from pymobiledevice3.exceptions import PyMobileDevice3Exception

    try:
        yield
    except asyncio.CancelledError as error:
        task = asyncio.current_task()
        if task is None or task.cancelling():
            raise
        raise PhoneLostError(
            subject=clean(udid), step=step, expected="an answer", got="a connection that was given up"
        ) from error
    except ProofwipeError:
        raise
    except (PyMobileDevice3Exception, OSError, *UNCHECKED_LIBRARY_ERRORS) as error:
        raise translated(error, clean(udid), step) from error


async def let_go(connection: Any) -> None:
    """Close one of the library's connections. Nothing comes out but a cancellation that was asked for."""
    with contextlib.suppress(ProofwipeError), library_errors_translated("", "close"):
        await connection.close()
