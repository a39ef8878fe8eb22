# SPDX-License-Identifier: GPL-3.0-or-later
"""Tokens of programs that come over TCP: shown once, kept as hashes in a file for its owner alone, with an end.

The file is read at each request, so that a token that was removed is refused at once, without a start. A token has 256
random bits: nobody guesses one, and its hash needs no salt.
"""

import hashlib
import hmac
import json
import secrets
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path

from phones.durable_files import write_new, write_over
from phones.given_files import read_given
from station.errors import ConfigError, FileNotWrittenError
from station.ledger.entry import parse_time, timestamp
from station.service.callers import Caller, Role
from station.setup.home import Home
from station.text.language import os_reason, text

LARGEST_FILE = 256 * 1024
PREFIX = "proofwipe_"
LONGEST = 128
"""Characters of what is taken for a token at all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """What is kept of one. `until`: RFC 3339 in UTC."""

    id: str
    sha256: str
    role: str
    person: str
    until: str


def token_file(home: Home) -> Path:
    """Where they are kept."""
    return home.path / "api-tokens.json"


def tokens(home: Home) -> tuple[Token, ...]:
    """Those that there are, ended ones too. Raises: ConfigError for a file that is not of that shape."""
    path = token_file(home)
    try:
        found = tuple(Token(**each) for each in json.loads(read_given(path, LARGEST_FILE))["tokens"])
        if not all(isinstance(value, str) for each in found for value in asdict(each).values()):
            raise ValueError("not texts")
        for each in found:
            Role(each.role), parse_time(each.until)
    except FileNotFoundError:
        return ()
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise ConfigError(subject=str(path), expected=text("expected.token_file"), got=type(error).__name__) from error
    return found


def add(home: Home, *, role: Role, person: str, days: int, now: datetime, out: Path) -> Token:
    """A new token, written into the new file `out`. Raises: ConfigError, FileNotWrittenError."""
    secret = PREFIX + secrets.token_urlsafe(32)
    until = timestamp(now + timedelta(days=days))
    made = Token(id=secrets.token_hex(4), sha256=_digest(secret), role=role.value, person=person, until=until)
    kept = tokens(home)
    try:
        write_new(out, f"{secret}\n".encode(), mode=0o600)
    except OSError as error:
        raise FileNotWrittenError(subject=str(out), cause=os_reason(error)) from error
    _keep(home, (*kept, made))
    return made


def remove(home: Home, token_id: str) -> None:
    """Raises: ConfigError when there is none of that id; FileNotWrittenError."""
    kept = tokens(home)
    left = tuple(each for each in kept if each.id != token_id)
    if len(left) == len(kept):
        raise ConfigError(subject="token", expected=text("expected.token_id"), got=token_id[:40])
    _keep(home, left)


def caller_with(home: Home, secret: str, *, now: datetime) -> Caller | None:
    """Whose token that is; None for one that is unknown, removed or ended. Raises: ConfigError."""
    if not secret.startswith(PREFIX) or len(secret) > LONGEST:
        return None
    wanted, found = _digest(secret), None
    for each in tokens(home):
        if hmac.compare_digest(each.sha256.encode(), wanted.encode()):
            found = each
    if found is None or parse_time(found.until) <= now:
        return None
    return Caller(id=f"token:{found.id}", role=Role(found.role), person=found.person)


def still_counts(home: Home, caller: Caller, *, now: datetime) -> bool:
    """May that caller, who was let in some time ago, go on? Not with a token that was removed or has ended, nor where
    nobody can look.
    """
    kind, _, token = caller.id.partition(":")
    if kind != "token":
        return True
    try:
        known = {each.id: each for each in tokens(home)}
    except ConfigError:
        return False
    found = known.get(token)
    same = found is not None and (found.role, found.person) == (caller.role.value, caller.person)
    return same and found is not None and parse_time(found.until) > now


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()


def _keep(home: Home, kept: tuple[Token, ...]) -> None:
    path = token_file(home)
    document = json.dumps({"tokens": [asdict(each) for each in kept]}, indent=2).encode()
    try:
        write_over(path, (document,), mode=0o600)
    except OSError as error:
        raise FileNotWrittenError(subject=str(path), cause=os_reason(error)) from error
