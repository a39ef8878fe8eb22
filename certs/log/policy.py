# SPDX-License-Identifier: GPL-3.0-or-later
"""C2SP tlog-policy: which logs and witnesses a reader knows, and which of the witnesses must have signed."""

from collections.abc import Callable, Collection
from urllib.parse import urlsplit

from certs.log.errors import LogReadError
from certs.log.notes import COSIGNATURE, ED25519, VerifierKey
from phones.frozen import dataclass

_LARGEST = 256 * 1024
_MOST = 256  # of logs, of witnesses and of groups; C2SP asks for 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """A log or a witness. `name`: a witness's within the policy; a log's is its origin. `url`: "" when not given."""

    name: str
    key: VerifierKey
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """At least `threshold` of `members`, which are names of witnesses and groups."""

    name: str
    threshold: int
    members: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LogPolicy:
    """A policy file. `quorum`: a witness or group, or "none"."""

    logs: tuple[Party, ...] = ()
    witnesses: tuple[Party, ...] = ()
    groups: tuple[Group, ...] = ()
    quorum: str = "none"

    @classmethod
    def parse(cls, text: str | bytes) -> "LogPolicy":
        """From its text. Raises: LogReadError (`policy_malformed`; `got` has line number and cause)."""
        return _Reader().read(text)

    def is_met(self, cosigned: Collection[str]) -> bool:
        """Do the witnesses called `cosigned` make the quorum?"""
        met = set(cosigned) & {each.name for each in self.witnesses}
        for group in self.groups:  # a group names only what stands before it
            if sum(name in met for name in group.members) >= group.threshold:
                met.add(group.name)
        return self.quorum == "none" or self.quorum in met

    def to_text(self) -> str:
        """As a file."""
        lines = [f"log {each.key} {each.url}".rstrip() for each in self.logs]
        lines += [f"witness {each.name} {each.key} {each.url}".rstrip() for each in self.witnesses]
        lines += [f"group {each.name} {each.threshold} {' '.join(each.members)}" for each in self.groups]
        return "\n".join([*lines, f"quorum {self.quorum}", ""])


class _Reader:
    """Reads one policy, line by line."""

    def __init__(self) -> None:
        self.logs: list[Party] = []
        self.witnesses: list[Party] = []
        self.groups: list[Group] = []
        self.quorum: str | None = None
        self.members: set[str] = set()  # names that are in a group already

    def read(self, text: str | bytes) -> LogPolicy:
        if len(text) > _LARGEST:
            raise _wrong(0, "size")
        try:
            octets = text if isinstance(text, bytes) else text.encode("utf-8", "surrogateescape")
        except UnicodeEncodeError as error:
            raise _wrong(0, "octets") from error
        if any((octet < 0x20 and octet not in (0x09, 0x0A)) or octet == 0x7F for octet in octets):
            raise _wrong(0, "control character")
        actions: dict[str, Callable[[int, list[str]], None]] = {
            "log": self._log,
            "witness": self._witness,
            "group": self._group,
            "quorum": self._quorum,
        }
        for number, line in enumerate(octets.decode("utf-8", "surrogateescape").split("\n"), 1):
            words = [word for word in line.replace("\t", " ").split(" ") if word]
            if not words or words[0].startswith("#"):
                continue
            if words[0] not in actions:
                raise _wrong(number, words[0])
            actions[words[0]](number, words[1:])
        if self.quorum is None:
            raise _wrong(0, "no quorum")
        return LogPolicy(
            logs=tuple(self.logs), witnesses=tuple(self.witnesses), groups=tuple(self.groups), quorum=self.quorum
        )

    def _log(self, number: int, words: list[str]) -> None:
        if not 1 <= len(words) <= 2:
            raise _wrong(number, "log")
        key = _key(number, words[0], ED25519)
        self._add(number, self.logs, Party(name=key.name, key=key, url=_url(number, words[1:])))

    def _witness(self, number: int, words: list[str]) -> None:
        if not 2 <= len(words) <= 3:
            raise _wrong(number, "witness")
        self._new(number, words[0])
        key = _key(number, words[1], COSIGNATURE)
        self._add(number, self.witnesses, Party(name=words[0], key=key, url=_url(number, words[2:])))

    def _group(self, number: int, words: list[str]) -> None:
        if len(words) < 3:
            raise _wrong(number, "group")
        name, threshold, *members = words
        self._new(number, name)
        for member in members:
            if member not in self._names() or member in self.members:
                raise _wrong(number, member)
            self.members.add(member)
        counts = {"any": 1, "all": len(members)}
        if threshold not in counts and not (threshold.isascii() and threshold.isdigit() and len(threshold) <= 4):
            raise _wrong(number, threshold)
        needed = counts[threshold] if threshold in counts else int(threshold)
        if not 1 <= needed <= len(members) or len(self.groups) >= _MOST:
            raise _wrong(number, threshold)
        self.groups.append(Group(name=name, threshold=needed, members=tuple(members)))

    def _quorum(self, number: int, words: list[str]) -> None:
        if len(words) != 1 or self.quorum is not None or words[0] not in self._names() | {"none"}:
            raise _wrong(number, "quorum")
        self.quorum = words[0]

    def _names(self) -> set[str]:
        return {each.name for each in self.witnesses} | {each.name for each in self.groups}

    def _new(self, number: int, name: str) -> None:
        if name == "none" or name in self._names():
            raise _wrong(number, name)

    def _add(self, number: int, parties: list[Party], party: Party) -> None:
        if len(parties) >= _MOST or any(each.key.public == party.key.public for each in parties):
            raise _wrong(number, party.name)
        parties.append(party)


def _key(number: int, text: str, kind: int) -> VerifierKey:
    try:
        key = VerifierKey.parse(text)
    except LogReadError as error:
        raise _wrong(number, error.fault) from error
    if key.kind != kind:
        raise _wrong(number, "key type")
    return key


def _url(number: int, words: list[str]) -> str:
    try:
        if words and (urlsplit(words[0]).scheme not in ("http", "https") or not urlsplit(words[0]).hostname):
            raise _wrong(number, "URL")
    except ValueError as error:
        raise _wrong(number, "URL") from error
    return words[0] if words else ""


def _wrong(number: int, what: str) -> LogReadError:
    shown = what.encode("ascii", "backslashreplace").decode()[:60]
    return LogReadError(fault="policy_malformed", got=f"line {number}: {shown}" if number else shown)
