# SPDX-License-Identifier: GPL-3.0-or-later
"""The program as a Debian package, with the libraries it was tested with, in a folder of its own.

    python -m tools.debian_package --wheel dist/proofwipe-….whl --out dist

The wheel with its extras `bench` and `hsm` is unpacked by pip from wheels alone, at the versions of constraints.txt,
into /usr/lib/proofwipe, which is laid out as a virtual environment on Debian's own Python; `dpkg-deb` packs it. The
same sources give the same bytes (docs/adr/0017-debian-package.md). Needs Debian's Python to be of the version of the
one that runs this, since compiled libraries are for one version. No root.
"""

import argparse
import gzip
import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from email.utils import format_datetime
from importlib.metadata import Distribution
from pathlib import Path

from station.cli.commands.completion import script
from station.cli.main import build as commands

REPOSITORY = Path(__file__).parent.parent
PARTS = REPOSITORY / "packaging" / "debian"
HOME = "usr/lib/proofwipe"
DEBIAN_PYTHON = Path("/usr/bin/python3")
TIMEOUT_S = 900
WHEEL_EPOCH = 1580601600
"""2020-02-02, which hatchling writes into every wheel."""
COMPRESSION = ("-Zzstd", "-z10")
"""Every dpkg since Debian 12 reads it."""
MADE_BY_PIP = ("direct_url.json", "REQUESTED")
"""Says where on the builder's machine a wheel lay."""
COMPLETIONS = {
    "bash": "usr/share/bash-completion/completions/proofwipe",
    "zsh": "usr/share/zsh/vendor-completions/_proofwipe",
    "fish": "usr/share/fish/vendor_completions.d/proofwipe.fish",
}
MAN_PAGES = {"en": "usr/share/man/man1", "zh": "usr/share/man/zh_CN/man1"}
INSTALLED_AS = {
    "packaging/debian/proofwipe": "usr/bin/proofwipe",
    "packaging/udev/70-proofwipe.rules": "usr/lib/udev/rules.d/70-proofwipe.rules",
    "packaging/systemd/proofwipe.service": "usr/lib/systemd/system/proofwipe.service",
    "packaging/systemd/proofwipe.socket": "usr/lib/systemd/system/proofwipe.socket",
    "packaging/systemd/usbmuxd-no-preflight.conf": "usr/lib/systemd/system/usbmuxd.service.d/no-preflight.conf",
    "packaging/debian/lintian-overrides": "usr/share/lintian/overrides/proofwipe",
    "packaging/README.md": "usr/share/doc/proofwipe/README.md",
    "docs/problems.md": "usr/share/doc/proofwipe/problems.md",
}


class DebianPackageError(Exception):
    """The package cannot be built here; the message says why."""


def main() -> int:
    """Exit 0 and the path of the package on stdout, or 2 and why not."""
    given = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    given.add_argument("--wheel", type=Path, required=True)
    given.add_argument("--out", type=Path, required=True)
    arguments = given.parse_args()
    try:
        print(build(arguments.wheel, arguments.out))
    except DebianPackageError as error:
        print(f"debian-package: {error}", file=sys.stderr)
        return 2
    return 0


def build(wheel: Path, out: Path) -> Path:
    """The package in `out`. Raises: DebianPackageError."""
    python = debian_python()
    version = wheel.name.split("-")[1]
    architecture = _run(["dpkg", "--print-architecture"]).strip()
    epoch = time_of_sources()
    out.mkdir(parents=True, exist_ok=True)
    package = out / f"proofwipe_{version}_{architecture}.deb"
    with tempfile.TemporaryDirectory(prefix="proofwipe-debian-") as folder:
        root = Path(folder) / "root"
        site = root / HOME / "lib" / python / "site-packages"
        site.mkdir(parents=True)
        brought = unpack(wheel, site)
        _environment(root / HOME, python)
        for source, target in INSTALLED_AS.items():
            _put(root / target, (REPOSITORY / source).read_bytes(), executable=target.startswith("usr/bin/"))
        for shell, target in COMPLETIONS.items():
            _put(root / target, script(commands(), shell).encode())
        for language, target in MAN_PAGES.items():
            manual_pages(language, root / target)
        _documents(root / "usr/share/doc/proofwipe", version, epoch, brought)
        values = {"VERSION": version, "ARCHITECTURE": architecture, "PYTHON": python, "MAINTAINER": maintainer()}
        _control(root, values)
        pack(root, package, epoch)
    return package


def debian_python() -> str:
    """Debian's, such as python3.11. Raises: DebianPackageError, if the one that runs this is of another version."""
    if not DEBIAN_PYTHON.exists() or shutil.which("dpkg-deb") is None:
        raise DebianPackageError("this is no Debian, or its python3 is not installed")
    said = _run([str(DEBIAN_PYTHON), "-c", "import sys; print('python%d.%d' % sys.version_info[:2])"]).strip()
    ours = f"python{sys.version_info.major}.{sys.version_info.minor}"
    if said != ours:
        raise DebianPackageError(f"Debian's Python here is {said}, this is {ours}: make PYTHON=/usr/bin/python3 …")
    return said


def time_of_sources() -> int:
    """Seconds since 1970 of every file in the package: SOURCE_DATE_EPOCH, or the commit's, or the wheel's own."""
    given = os.environ.get("SOURCE_DATE_EPOCH")
    if given is None and (REPOSITORY / ".git").exists():
        given = _run(["git", "log", "-1", "--format=%ct"])
    return int(given or WHEEL_EPOCH)


def unpack(wheel: Path, site: Path) -> list[Distribution]:
    """The wheel and what it needs, without what left-out.txt names. Raises: DebianPackageError."""
    _run(
        [
            sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-compile",
            "--only-binary", ":all:", "--constraint", str(REPOSITORY / "constraints.txt"), "--target", str(site),
            f"{wheel.resolve()}[bench,hsm]",
        ]
    )  # fmt: skip
    return reduce(site, (REPOSITORY / "constraints.txt").read_text("utf-8"), list(_lines(PARTS / "left-out.txt")))


def reduce(site: Path, constraints: str, leave_out: Sequence[str]) -> list[Distribution]:
    """What pip laid in `site` without what is not shipped, and without what only the builder's machine explains.

    Raises: DebianPackageError, if something is there that is not pinned, or if nothing brings what is left out.
    """
    pinned = _pins(constraints)
    unknown = {
        each.name: each.version
        for each in _brought(site)
        if pinned.get(_plain(each.name)) != each.version and each.name != "proofwipe"
    }
    if unknown:
        raise DebianPackageError(f"constraints.txt does not pin {unknown}")
    shutil.rmtree(site / "bin", ignore_errors=True)  # programs that name the builder's Python
    left_out = {_plain(name) for name in leave_out}
    for each in _brought(site):
        if _plain(each.name) in left_out:
            left_out.discard(_plain(each.name))
            _take_out(each, site)
    if left_out:
        raise DebianPackageError(f"packaging/debian/left-out.txt names what nothing brings: {sorted(left_out)}")
    for folder in sorted(site.glob("*.dist-info")):
        for name in MADE_BY_PIP:
            (folder / name).unlink(missing_ok=True)
        _shorten_record(folder / "RECORD")
    return _brought(site)


def manual_pages(language: str, folder: Path) -> None:
    """All of them, packed; by a process of its own, since a process speaks one language."""
    _run([sys.executable, "-m", "tools.make_man", "--lang", language, "--out", str(folder)])
    for page in sorted(folder.iterdir()):
        _put(page.with_name(f"{page.name}.gz"), _packed(page.read_bytes()))
        page.unlink()


def maintainer() -> str:
    """Who builds it, as Debian's own tools are told: DEBFULLNAME and DEBEMAIL."""
    name, address = os.environ.get("DEBFULLNAME"), os.environ.get("DEBEMAIL")
    return f"{name or 'The proofwipe contributors'} <{address or 'nobody@proofwipe.invalid'}>"


def _environment(home: Path, python: str) -> None:
    """What makes a folder a virtual environment: a link to Python and a file of settings."""
    _put(home / "pyvenv.cfg", b"home = /usr/bin\ninclude-system-site-packages = false\n")
    (home / "bin").mkdir()
    (home / "bin" / "python3").symlink_to(f"/usr/bin/{python}")


def _documents(folder: Path, version: str, epoch: int, brought: list[Distribution]) -> None:
    when = format_datetime(datetime.fromtimestamp(epoch, UTC))
    entry = f"proofwipe ({version}) unstable; urgency=medium\n\n  * What changed: CHANGELOG.md.gz, beside this file.\n"
    _put(folder / "changelog.gz", _packed(f"{entry}\n -- {maintainer()}  {when}\n".encode()))
    _put(folder / "CHANGELOG.md.gz", _packed((REPOSITORY / "CHANGELOG.md").read_bytes()))
    terms = "\n".join(f" {each.name} {each.version}: {_licence(each)}" for each in brought if each.name != "proofwipe")
    bundled = (
        "Comment: Libraries that are brought, each under its own terms, as it names them;\n"
        f" the texts are in their folders *.dist-info.\n .\n{terms}\n"
    )
    head, files, rest = (PARTS / "copyright").read_text("utf-8").partition("\nFiles: *\n")
    _put(folder / "copyright", f"{head}{bundled}{files}{rest}".encode())


def _control(root: Path, values: Mapping[str, str]) -> None:
    (root / "DEBIAN").mkdir()
    contents = list(_files(root / "usr"))
    size = sum(-(-path.stat().st_size // 1024) for path in contents)
    control = (PARTS / "control").read_text("utf-8")
    for key, value in {**values, "SIZE": str(size)}.items():
        control = control.replace(f"@{key}@", value)
    _put(root / "DEBIAN/control", control.encode())
    sums = [f"{hashlib.md5(path.read_bytes()).hexdigest()}  {path.relative_to(root)}\n" for path in contents]
    _put(root / "DEBIAN/md5sums", "".join(sums).encode())
    for name in ("postinst", "prerm", "postrm"):
        _put(root / "DEBIAN" / name, (PARTS / name).read_bytes(), executable=True)


def pack(root: Path, package: Path, epoch: int) -> None:
    """The tree as a package; times and modes say nothing of the builder. Raises: DebianPackageError."""
    for path in [root, *sorted(root.rglob("*"))]:
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or path.stat().st_mode & 0o100 else 0o644)
        os.utime(path, (epoch, epoch), follow_symlinks=False)
    _run(
        ["dpkg-deb", "--root-owner-group", *COMPRESSION, "--build", str(root), str(package)],
        {"SOURCE_DATE_EPOCH": str(epoch)},
    )


def _take_out(distribution: Distribution, site: Path) -> None:
    """Its files, and folders that are empty then."""
    for name in distribution.files or ():
        (site / name).unlink(missing_ok=True)
    for folder in sorted((path for path in site.rglob("*") if path.is_dir()), reverse=True):
        if not any(folder.iterdir()):
            folder.rmdir()


def _shorten_record(record: Path) -> None:
    """Without the files that are gone."""
    lines = record.read_text("utf-8").splitlines(keepends=True)
    gone = (*MADE_BY_PIP, ".pyc")
    kept = [line for line in lines if not line.startswith("../") and not line.split(",")[0].endswith(gone)]
    record.write_text("".join(sorted(kept)), "utf-8")


def _brought(site: Path) -> list[Distribution]:
    return [Distribution.at(folder) for folder in sorted(site.glob("*.dist-info"))]


def _licence(distribution: Distribution) -> str:
    """As it names it itself, on one line."""
    about = distribution.metadata
    named = [about[key] for key in ("License-Expression", "License") if key in about]
    classes = [each.rpartition(" :: ")[2] for each in about.get_all("Classifier") or () if each.startswith("License")]
    short = [" ".join(each.split()) for each in (*named, ", ".join(classes)) if each]
    return next((each for each in short if len(each) <= 60), "see its folder")


def _pins(constraints: str) -> dict[str, str]:
    return {_plain(name): version for name, _, version in (line.partition("==") for line in constraints.splitlines())}


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _lines(path: Path) -> Iterator[str]:
    for line in path.read_text("utf-8").splitlines():
        if line.strip() and not line.startswith("#"):
            yield line.strip()


def _files(folder: Path) -> Iterator[Path]:
    return (path for path in sorted(folder.rglob("*")) if path.is_file() and not path.is_symlink())


def _packed(content: bytes) -> bytes:
    return gzip.compress(content, 9, mtime=0)


def _put(path: Path, content: bytes, *, executable: bool = False) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    path.chmod(0o755 if executable else 0o644)


def _run(command: list[str], more: Mapping[str, str] | None = None) -> str:
    done = subprocess.run(
        command, env={**os.environ, **(more or {})}, cwd=REPOSITORY, capture_output=True, text=True,
        timeout=TIMEOUT_S, check=False,
    )  # fmt: skip
    if done.returncode != 0:
        raise DebianPackageError(f"{command[0]}: exit {done.returncode}\n{done.stderr[-2000:]}")
    return done.stdout


if __name__ == "__main__":
    sys.exit(main())
