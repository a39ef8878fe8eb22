# SPDX-License-Identifier: GPL-3.0-or-later
"""A buyer's `verify` needs nothing that only Linux has: not in what it loads, and not when it runs.

Nobody has tried it on Windows or macOS. What can be shown here: no module it loads names what is missing there, and it
answers in a Python from which all of that was taken away.
"""

import ast
import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
GOLDEN = ROOT / "tests" / "golden"

MODULES = {
    *("fcntl", "resource", "pwd", "grp", "spwd", "termios", "tty", "pty", "select", "selectors", "syslog", "curses"),
    *("readline", "crypt", "nis", "posix"),
}
"""Modules that Windows has not, or not for files [read: docs.python.org, "Availability"]."""
OF_OS = {
    *("O_NONBLOCK", "O_NOCTTY", "O_CLOEXEC", "O_DIRECTORY", "O_NOFOLLOW", "O_TMPFILE", "O_PATH", "O_SYNC", "O_DSYNC"),
    *("O_NDELAY", "O_NOATIME", "fchmod", "fchown", "chown", "lchown", "getuid", "geteuid", "getgid", "getegid"),
    *("getgroups", "set_blocking", "get_blocking", "mkfifo", "mknod", "uname", "statvfs", "fstatvfs", "getxattr"),
    *("setxattr", "listxattr", "pread", "pwrite", "readv", "writev", "sendfile", "posix_fadvise", "posix_fallocate"),
    *("openpty", "ttyname", "setsid", "killpg", "getpgid", "tcgetpgrp", "sync", "fdatasync", "nice", "fork", "forkpty"),
    *("sched_getaffinity", "getloadavg", "memfd_create", "eventfd", "pidfd_open", "pipe2", "lockf", "getrandom"),
}
OF_SIGNAL = {
    *("SIGPIPE", "SIGHUP", "SIGALRM", "SIGKILL", "SIGUSR1", "SIGUSR2", "SIGCHLD", "SIGWINCH", "SIGTSTP", "SIGQUIT"),
    *("SIGCONT", "SIGSTOP", "alarm", "setitimer", "pthread_sigmask", "sigwait", "pause"),
}
OF_OTHERS = {"socket": {"AF_UNIX", "socketpair", "SO_PEERCRED"}, "time": {"clock_gettime", "pthread_getcpuclockid"}}
PLACES = ("/proc", "/dev/", "/sys/", "/etc/", "/run/", "/var/", "/tmp")
ONLY_OF_STATIONS = {"phones/durable_files.py", "station/setup/home.py"}
"""They write files and lock folders, which `verify` never does. They are loaded where an error is said, to see whether
a station's log is there; the second test takes away what they name, and they are loaded all the same."""

PROBE = """
import importlib.abc, json, os, select, signal, sys

class Missing(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name in MODULES:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
        return None

MODULES, taken, arguments = json.loads(sys.argv[1])
for name in MODULES:
    sys.modules.pop(name, None)
sys.meta_path.insert(0, Missing())
for module, names in ((os, taken["os"]), (signal, taken["signal"])):
    for name in names:
        if hasattr(module, name):
            delattr(module, name)
from station.cli import main
code = main.run(arguments)
rooms = ("certs", "phones", "wipe", "grading", "station", "transparency", "virtual_phones")
files = {m.__file__ for n, m in list(sys.modules.items()) if n.split(".")[0] in rooms and getattr(m, "__file__", None)}
print("\\nloaded " + json.dumps([code, sorted(files)]))
"""
ALL = [
    "--trust",
    *[str(GOLDEN / "root.pem")],
    "--trust",
    str(GOLDEN / "log.policy"),
    "--trust",
    str(GOLDEN / "tsa.pem"),
]
RUNS: dict[str, tuple[int, list[str]]] = {
    "help": (0, ["verify", "--help"]),
    "a paper": (0, ["verify", str(GOLDEN / "valid.pdf"), "--trust", str(GOLDEN / "root.pem")]),
    "with the phone and every check": (
        0,
        ["verify", str(GOLDEN / "valid.pdf"), "--trust", str(GOLDEN / "root.pem"), "--imei", "356938035643809", "-v"],
    ),
    "in a log, with its status": (
        0,
        ["verify", str(GOLDEN / "valid-standing.pdf"), *ALL, "--status", str(GOLDEN / "standing.log")],
    ),
    "stamped": (0, ["verify", str(GOLDEN / "valid-time-stamped.pdf"), *ALL[:2], *ALL[4:]]),
    "an archive copy, as data": (0, ["verify", str(GOLDEN / "valid-archive.pdf"), *ALL[:2], "--json"]),
    "a folder": (7, ["verify", "-r", str(GOLDEN), *ALL]),
    "a file that is none of ours": (6, ["verify", str(ROOT / "LICENSE")]),
    "a code": (7, ["verify", "--code", "PW1:ABC", *ALL]),
    "no such file": (6, ["--lang", "zh", "verify", "none.pdf"]),
    "a wrong trust file": (2, ["verify", str(GOLDEN / "valid.pdf"), "--trust", str(ROOT / "LICENSE")]),
    "standard input": (0, ["verify", "-", "--trust", str(GOLDEN / "root.pem")]),
}


def elsewhere(arguments: list[str], tmp_path: Path) -> tuple[int, list[Path]]:
    """Exit code and our loaded modules of a run in a Python without all that."""
    taken = {"os": sorted(OF_OS), "signal": sorted(OF_SIGNAL)}
    done = subprocess.run(
        [sys.executable, "-c", PROBE, json.dumps([sorted(MODULES), taken, arguments])],
        input=(GOLDEN / "valid.pdf").read_bytes(),
        capture_output=True,
        timeout=120,
        check=False,
        cwd=ROOT,
        env={"PATH": "", "HOME": str(tmp_path), "PROOFWIPE_HOME": str(tmp_path / "home"), "PYTHONUTF8": "1"},
    )
    last = done.stdout.decode().splitlines()[-1]
    assert last.startswith("loaded "), done.stderr.decode()[-2000:]
    assert b"Traceback" not in done.stderr
    code, files = json.loads(last.removeprefix("loaded "))
    return code, [Path(name) for name in files]


@pytest.mark.parametrize(("code", "arguments"), RUNS.values(), ids=list(RUNS))
def test_verify_answers_in_a_python_without_what_only_linux_has_and_loads_no_module_that_names_it(
    code: int, arguments: list[str], tmp_path: Path
) -> None:
    answered, loaded = elsewhere(arguments, tmp_path)
    assert answered == code
    assert len(loaded) > 10
    named = {f"{path.relative_to(ROOT)}: {what}" for path in loaded for what in names_of_linux(path.read_text("utf-8"))}
    assert {each for each in named if each.partition(":")[0] not in ONLY_OF_STATIONS} == set()


def names_of_linux(source: str) -> set[str]:
    """What a module names that is missing elsewhere. `getattr` with a value for that case is how to ask for it."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Import(names=names):
                found |= {each.name for each in names if each.name.split(".")[0] in MODULES}
            case ast.ImportFrom(module=str(module), names=names):
                found |= {module} if module.split(".")[0] in MODULES else set()
                found |= {f"{module}.{each.name}" for each in names if _is_missing(module, each.name)}
            case ast.Attribute(value=ast.Name(id=module), attr=name) if _is_missing(module, name):
                found.add(f"{module}.{name}")
            case ast.Constant(value=str(text)) if text.startswith(PLACES):
                found.add(text)
    return found


def _is_missing(module: str, name: str) -> bool:
    return name in {"os": OF_OS, "signal": OF_SIGNAL, **OF_OTHERS}.get(module, set())


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("import fcntl", {"fcntl"}),
        ("def f():\n    from select import select", {"select"}),
        ("import os\nos.open('a', os.O_RDONLY | os.O_NONBLOCK)", {"os.O_NONBLOCK"}),
        ("from os import getuid", {"os.getuid"}),
        ("import signal\nsignal.signal(signal.SIGHUP, None)", {"signal.SIGHUP"}),
        ("open('/proc/self/maps')", {"/proc/self/maps"}),
        ("import os\nx = getattr(os, 'O_NONBLOCK', 0)", set()),
        ("import os\nos.open('a', os.O_RDONLY)", set()),
    ],
)
def test_the_search_finds_what_it_looks_for(source: str, found: set[str]) -> None:
    assert names_of_linux(source) == found
