# SPDX-License-Identifier: GPL-3.0-or-later
"""A station in a temporary folder and the command line as its users have it: arguments, environment, two streams.

Commands run in the test's own process; those that a test signals, kills, shows a terminal or another language get an
interpreter of their own.

The phones are virtual and live in a process of their own; the station finds them by the setting
`emulated_bench`, so no test needs a door in the product that users do not have.
"""

import contextlib
import fcntl
import io
import json
import logging
import os
import pty
import re
import select
import shutil
import struct
import subprocess
import sys
import termios
import time
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from certs.keys.key_files import encrypted_pem
from station.cli import main
from station.text import language
from tests.support.schemas import check
from virtual_phones.bench.remote import RemoteBench
from virtual_phones.bench.scenario import demo_scenario

ROOT = Path(__file__).parent.parent.parent
PASSPHRASE = "correct horse"
CHEAP = 2**10
"""scrypt's cost in keys of tests; a station writes 2^17."""
ANSWERS = """
[default]
battery_swollen = "no"
cosmetic_front = "B"
cosmetic_back = "A"
cosmetic_frame = "B"
screen = "ok"
touch = "ok"
buttons = "ok"
sound = "ok"
cameras = "ok"
charging = "ok"
setup_screen_seen = "yes"
owner_account_seen = "not_asked"
"""
DEADLINES = """
[deadlines]
leave_s = 12.0
return_s = 25.0
settle_s = 15.0
person_s = 12.0
evaluate_s = 1.5
absent_at_least_s = 1.0
poll_s = 0.1
"""
PIXEL_16 = "honest-pixel-android-16"
PIXEL_13 = "honest-pixel-android-13"
IPHONE = "honest-iphone-13"


OWN_INTERPRETER = {"--help", "PYTHONIOENCODING", "TMPDIR"}
"""What is read only once a process: texts of options, in the language in use when a command's module is imported, the
encoding of the streams, and the folder for temporary files.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """What a command left behind."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> dict[str, Any]:
        """stdout, which must be one JSON document, exactly as its schema says."""
        found = json.loads(self.out)
        check(found)
        return dict(found)

    @property
    def events(self) -> list[dict[str, Any]]:
        """stdout, which must be one JSON document a line, each exactly as its schema says."""
        found = [json.loads(line) for line in self.out.splitlines()]
        for each in found:
            check(each)
        return found


def _become(environment: Mapping[str, str]) -> None:
    """This process has exactly that environment."""
    os.environ.clear()
    os.environ.update(environment)


class CommandLine:
    """Runs `python -m station.cli.main` for one station folder."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.environment = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("PROOFWIPE", "ANDROID", "ADB", "PYMOBILEDEVICE3", "LC_", "LANG", "NO_COLOR"))
        } | {
            "PROOFWIPE_HOME": str(home),
            "PROOFWIPE_PASSPHRASE": PASSPHRASE,
            "LANG": "C.UTF-8",
            "HOME": str(home),
            "PYTHONPATH": os.pathsep.join((str(ROOT), str(ROOT / "hardware-fixtures"))),
        }

    def command(self, *arguments: object) -> list[str]:
        """The whole line, for those who start it themselves."""
        return [sys.executable, "-W", "error::ResourceWarning", "-m", "station.cli.main", *map(str, arguments)]

    def run(
        self, *arguments: object, env: Mapping[str, str] | None = None, stdin: str = "", timeout_s: float = 90
    ) -> Done:
        """Run to the end, in this process where that shows the same. No command ever shows a traceback."""
        if OWN_INTERPRETER & {*(env or {}), *map(str, arguments)}:
            done = self._run_alone(arguments, {**self.environment, **(env or {})}, stdin, timeout_s)
        else:
            done = self._run_here(arguments, {**self.environment, **(env or {})}, stdin)
        assert "Traceback" not in done.err + done.out, done.err
        return done

    def _run_alone(
        self, arguments: Sequence[object], environment: Mapping[str, str], stdin: str, timeout_s: float
    ) -> Done:
        done = subprocess.run(
            self.command(*arguments),
            env=environment,
            input=stdin,
            capture_output=True,
            text=True,
            timeout=timeout_s,
            check=False,
            cwd=ROOT,
        )
        return Done(code=done.returncode, out=done.stdout, err=done.stderr)

    def _run_here(self, arguments: Sequence[object], environment: Mapping[str, str], stdin: str) -> Done:
        """The same program with the same environment and streams that are no terminal; what it changed is undone."""
        out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True) for _ in range(2))
        before, standard_input = dict(os.environ), sys.stdin
        try:
            _become(environment)
            sys.stdin = io.TextIOWrapper(io.BytesIO(stdin.encode()), encoding="utf-8")
            with contextlib.chdir(ROOT), contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
                try:
                    main.main([*map(str, arguments)])
                except SystemExit as leaving:
                    code = leaving.code
        finally:
            sys.stdin = standard_input
            _become(before)
            language.choose([], {})
            log = logging.getLogger("proofwipe")
            for handler in [*log.handlers]:
                log.removeHandler(handler)
                handler.close()
        assert isinstance(code, int)
        said = [stream.buffer.getvalue().decode() for stream in (out, err) if isinstance(stream.buffer, io.BytesIO)]
        return Done(code=code, out=said[0], err=said[1])

    def start(self, *arguments: object) -> "subprocess.Popen[str]":
        """Begin a command and let it run."""
        return subprocess.Popen(
            self.command(*arguments),
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=ROOT,
            start_new_session=True,
        )

    def init(self, *more: object) -> Done:
        """Issuer, two people, keys."""
        done = self.run(
            "init",
            "--name",
            "Example Refurbishing GmbH",
            "--country",
            "de",
            "--person",
            "Li Wei:operator",
            "--person",
            "Wang Fang:validator",
            *more,
        )
        assert done.code == 0, done.err
        return done

    def configure(self, text: str = "", *, bench: RemoteBench | None = None, deadlines: str = DEADLINES) -> None:
        """Write config.toml; top-level keys first, then tables."""
        self.home.mkdir(exist_ok=True)
        lines = ["recheck_s = 1.0", "gather_s = 3.0"]
        if bench is not None:
            (self.home / "bench.json").write_text(json.dumps(bench.hello), encoding="utf-8")
            lines.append('emulated_bench = "bench.json"')
        (self.home / "config.toml").write_text("\n".join([*lines, text, deadlines]), encoding="utf-8")

    def answers(self) -> Path:
        """A file with all of a technician's answers."""
        path = self.home / "answers.toml"
        path.write_text(ANSWERS, encoding="utf-8")
        return path

    def cheapen_keys(self) -> None:
        """Encrypt the keys again so that a passphrase takes no half second; what `init` wrote has tests of its own."""
        for path in [*self.home.glob("*/*.key"), self.home / "keys" / "log-key.pem"]:
            key = load_pem_private_key(path.read_bytes(), PASSPHRASE.encode())
            assert isinstance(key, EllipticCurvePrivateKey | Ed25519PrivateKey)
            path.write_bytes(encrypted_pem(key, PASSPHRASE, cost=CHEAP))

    def install_keys(self, keys: Path) -> None:
        """Keys and the empty log that belongs to them, as `proofwipe init` made both elsewhere."""
        shutil.copytree(keys, self.home / "keys")
        shutil.copy(keys.parent / "log.sqlite3", self.home / "log.sqlite3")

    def jobs(self) -> list[dict[str, Any]]:
        """All jobs, as data."""
        return list(self.run("jobs", "--json").document["jobs"])


Call = Callable[..., tuple[int, Any]]
"""Words of a command line → its exit code, and its JSON or its text."""


class Starter(Protocol):
    """Names of phones of the demo, and changes to their tables → a specimen station and its bench."""

    def __call__(
        self, *names: str, config: str = "", init: bool = True, **changes: Mapping[str, object]
    ) -> tuple[CommandLine, RemoteBench]: ...


def scenario(*names: str, **changes: Mapping[str, object]) -> dict[str, object]:
    """Phones of the demo by name; `changes`: name with _ for - → keys to lay over its table."""
    document = tomllib.loads(demo_scenario().read_text(encoding="utf-8"))
    chosen = [phone for name in names for phone in document["phone"] if phone["name"] == name]
    assert len(chosen) == len(names)
    for phone in chosen:
        phone.update(changes.get(str(phone["name"]).replace("-", "_"), {}))
    return {**document, "phone": chosen}


def without_chinese(text: str, *, allowed: Sequence[str] = ()) -> list[str]:
    """Runs of three or more Latin words: an untranslated English sentence in Chinese output."""
    for word in allowed:
        text = text.replace(word, "")
    text = re.sub(r"`[^`]*`|apt-get install [\w-]+|--[\w-]+|[\w./-]*/[\w./-]+|[A-Z][\w-]*-[\w-]+", "¦", text)
    return list(re.findall(r"[A-Za-z']{2,}(?:,? [A-Za-z']{2,}){2,}", text))


class Terminal:
    """A command at a pseudo terminal: what a person sees, and what they type."""

    def __init__(
        self, line: CommandLine, *arguments: object, columns: int = 80, env: Mapping[str, str] | None = None
    ) -> None:
        self._ours, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 40, columns, 0, 0))
        self.process = subprocess.Popen(
            line.command(*arguments),
            env={**line.environment, "TERM": "xterm", **(env or {})},
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            cwd=ROOT,
            start_new_session=True,
        )
        os.close(theirs)
        self.said = ""

    def wait_for(self, word: str, *, seconds: float = 60) -> str:
        """Read until `word` has appeared."""
        deadline = time.monotonic() + seconds
        while word not in self.said:
            assert time.monotonic() < deadline, self.said
            if not self._read(0.2) and self.process.poll() is not None:
                self._read(0.2)
                assert word in self.said, self.said
        return self.said

    def linger(self, seconds: float) -> str:
        """What appears meanwhile, while nothing is typed."""
        before, deadline = len(self.said), time.monotonic() + seconds
        while time.monotonic() < deadline:
            self._read(0.1)
        return self.said[before:]

    def type(self, text: str) -> None:
        """Type a line."""
        os.write(self._ours, f"{text}\n".encode())

    def end(self, *, seconds: float = 60) -> int:
        """Read to the end; returns the exit code."""
        deadline = time.monotonic() + seconds
        while self._read(0.2) or self.process.poll() is None:
            assert time.monotonic() < deadline, self.said
        os.close(self._ours)
        return self.process.wait()

    def _read(self, seconds: float) -> bool:
        if not select.select([self._ours], [], [], seconds)[0]:
            return False
        try:
            piece = os.read(self._ours, 65536)
        except OSError:  # the other side has closed
            return False
        self.said += piece.decode("utf-8", "replace")
        return bool(piece)
