# SPDX-License-Identifier: GPL-3.0-or-later
"""A station's log and what belongs to it, as files: made once, opened every day.

keys/log-key.pem      Ed25519, signs checkpoints
keys/device-secret    under which phones are tagged; must be kept as long as the log
keys/log-policy.txt   C2SP tlog-policy: this log, and the witnesses a person adds
"""

from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from certs.errors import KeyUnreadableError
from certs.keys.key_files import SCRYPT_COST, read_ed25519_key, write_key, write_new
from certs.log.errors import LogExistsError
from certs.log.policy import LogPolicy, Party
from certs.log.tags import read_secret, write_secret
from phones.given_files import read_given
from transparency.database import TransparencyLog

_LARGEST_POLICY = 256 * 1024


@dataclass(frozen=True, slots=True)
class LogFiles:
    """Where they are. `log`: the database; `keys`: a folder."""

    log: Path
    keys: Path

    @property
    def key(self) -> Path:
        """The log's private key."""
        return self.keys / "log-key.pem"

    @property
    def secret(self) -> Path:
        """The operator's secret for device tags."""
        return self.keys / "device-secret"

    @property
    def policy(self) -> Path:
        """Whom verifiers of this log should trust."""
        return self.keys / "log-policy.txt"

    def create(self, passphrase: str, *, origin: str = "", cost: int = SCRYPT_COST) -> TransparencyLog:
        """Make all of them; what an interrupted run left behind is used again.

        `origin`: the log's name for ever; "" makes one from its key. Raises: LogExistsError, KeyFileError, LogError,
        OSError.
        """
        if self.log.exists():
            raise LogExistsError(subject=str(self.log))
        self.keys.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not self.key.exists():
            write_key(self.key, Ed25519PrivateKey.generate(), passphrase, cost=cost)
        key = read_ed25519_key(self.key, passphrase)
        if not self.secret.exists():
            write_secret(self.secret)
        name = origin or f"proofwipe.log/{key.public_key().public_bytes_raw().hex()[:16]}"
        log = TransparencyLog.create(self.log, origin=name, key=key)
        try:
            if not self.policy.exists():
                policy = LogPolicy(logs=(Party(name=name, key=log.public),))
                write_new(self.policy, policy.to_text().encode(), mode=0o644)
        except BaseException:
            log.close()
            raise
        return log

    def open(self, passphrase: str | None = None) -> TransparencyLog:
        """For reading, or with the passphrase for appending. Raises: LogError, KeyFileError."""
        return TransparencyLog.open(self.log, None if passphrase is None else read_ed25519_key(self.key, passphrase))

    def read_secret(self) -> bytes:
        """The secret for `tags.device_tag`. Raises: KeyUnreadableError."""
        return read_secret(self.secret)

    def read_policy(self) -> LogPolicy:
        """Raises: KeyUnreadableError, LogReadError."""
        return read_policy(self.policy)


def read_policy(path: Path) -> LogPolicy:
    """A policy file. Raises: KeyUnreadableError, LogReadError."""
    try:
        return LogPolicy.parse(read_given(path, _LARGEST_POLICY + 1))
    except OSError as error:
        raise KeyUnreadableError(subject=path.name, got=error.strerror or "") from error
