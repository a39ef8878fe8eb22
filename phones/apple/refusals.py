# SPDX-License-Identifier: GPL-3.0-or-later
"""Our errors for what pymobiledevice3, sockets and TLS raise over an iPhone.

By class name, so that nothing of the library is loaded here before a phone is looked for. Names and
codes: research ios.md §4.2 (measured against simulated phones).
"""

import asyncio
import contextlib
import ssl
from collections.abc import Iterator, Mapping
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

# lockdownd's word (or the library's class for it) -> our word for the refusal.
_REFUSALS: Mapping[str, str] = {
    "PasswordRequiredError": "locked",
    "PasscodeRequiredError": "locked",
    "PairingDialogResponsePendingError": "trust_pending",
    "UserDeniedPairingError": "trust_denied",
    "InvalidHostIDError": "not_paired",
    "NotPairedError": "not_paired",
    "FatalPairingError": "not_paired",
    "NotTrustedError": "not_paired",
    "GetProhibitedError": "prohibited",
    "SetProhibitedError": "prohibited",
    "MCProtectedError": "prohibited",
    "InvalidServiceError": "invalid_service",
    "MissingValueError": "missing_value",
    "IncorrectModeError": "in_restore_mode",
    "AfcFileNotFoundError": "not_found",
    "AfcException": "afc_refused",
    "ProfileError": "mc_error",
    "StartServiceError": "service_refused",
    "PairingError": "pairing_failed",
    "LockdownError": "lockdown_error",
}


_GONE = frozenset(
    {
        "ConnectionTerminatedError",
        "MuxException",
        "DeviceNotFoundError",
        "NoDeviceConnectedError",
    }
)

# lockdownd's codes that the library has no class for.
_LOCKDOWN_CODES = {
    "ServiceProhibited": "prohibited",
    "PasswordProtected": "locked",
    "SessionInactive": "not_paired",
    "InvalidHostID": "not_paired",
    "MissingPairRecord": "not_paired",
}


def translated(error: BaseException, phone: str, step: str) -> ProofwipeError:
    """Our error for one of the library's, of the socket's or of TLS."""
    if refuses_certificate(error):
        return PhoneRefusedError(reason_code="refused_tls", subject=phone, step=step)
    names = {kind.__name__ for kind in type(error).__mro__}
    if "ConnectionFailedToUsbmuxdError" in names:
        return UsbmuxError(subject=phone, step=step, expected="usbmuxd", got="no answer")
    for name, word in _REFUSALS.items():
        if name in names and not _is_nonsense(error, name):
            return PhoneRefusedError(reason_code=_word(error, word), subject=phone, step=step)
    if isinstance(error, TimeoutError):
        return PhoneSilentError(subject=phone, step=step, expected="an answer in time", got="none")
    if isinstance(error, OSError | EOFError) or names & _GONE:
        return PhoneLostError(subject=phone, step=step, expected="an answer", got="the connection ended")
    return ReplyMalformedError(subject=phone, step=step, expected="the documented shape", got=type(error).__name__)


def _is_nonsense(error: BaseException, name: str) -> bool:
    """The library raises LockdownError without a code for an answer to another question than asked."""
    return name == "LockdownError" and not isinstance(getattr(error, "error", None), str)


def _word(error: BaseException, otherwise: str) -> str:
    """Lockdownd's own code decides where the library has only a general class."""
    if otherwise not in ("lockdown_error", "service_refused"):
        return otherwise
    code = getattr(error, "error", None) or getattr(error, "message", None)
    return _LOCKDOWN_CODES.get(code, otherwise) if isinstance(code, str) else otherwise


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
