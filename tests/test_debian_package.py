# SPDX-License-Identifier: GPL-3.0-or-later
"""What goes into the Debian package, and what its scripts do; that it works is shown by `make test-debian-package`."""

import shutil
import subprocess
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from station.setup.machine import RULES_NAME
from tools import debian_package
from tools.debian_package import INSTALLED_AS, PARTS, DebianPackageError, pack, reduce
from tools.debian_trial import FILES

EPOCH = 1_700_000_000


def distribution(site: Path, name: str, version: str, *files: str) -> None:
    """As pip lays it down, from a wheel on the builder's machine."""
    folder = site / f"{name}-{version}.dist-info"
    folder.mkdir(parents=True)
    (folder / "METADATA").write_text(f"Metadata-Version: 2.4\nName: {name}\nVersion: {version}\n", "utf-8")
    (folder / "direct_url.json").write_text('{"url": "file:///home/builder"}', "utf-8")
    for file in files:
        (site / file).parent.mkdir(parents=True, exist_ok=True)
        (site / file).write_text("", "utf-8")
    own = (f"{folder.name}/{each}" for each in ("METADATA", "RECORD", "direct_url.json"))
    (folder / "RECORD").write_text("".join(f"{each},,\n" for each in ("../../bin/tool", *own, *files)), "utf-8")


def test_only_what_is_pinned_is_shipped(tmp_path: Path) -> None:
    distribution(tmp_path, "click", "8.0", "click/core.py")
    assert [each.name for each in reduce(tmp_path, "Click==8.0\n", [])] == ["click"]
    for constraints in ("click==8.1\n", "", "clicks==8.0\n"):
        with pytest.raises(DebianPackageError, match="click"):
            reduce(tmp_path, constraints, [])


def test_what_is_left_out_leaves_nothing_behind_and_the_rest_stays(tmp_path: Path) -> None:
    distribution(tmp_path, "av", "1", "av/core.py", "av.libs/big.so")
    distribution(tmp_path, "a_v", "1", "a_v/core.py", "shared/one.py")
    kept = reduce(tmp_path, "av==1\na-v==1\n", ["av"])
    assert [each.name for each in kept] == ["a_v"]
    assert {path.name for path in tmp_path.iterdir()} == {"a_v", "shared", "a_v-1.dist-info"}


def test_leaving_out_what_nothing_brings_is_an_error(tmp_path: Path) -> None:
    distribution(tmp_path, "click", "8.0", "click/core.py")
    with pytest.raises(DebianPackageError, match="jedi"):
        reduce(tmp_path, "click==8.0\n", ["jedi"])


def test_nothing_tells_where_it_was_built(tmp_path: Path) -> None:
    distribution(tmp_path, "click", "8.0", "click/core.py")
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "tool").write_text("#!/home/builder/.venv/bin/python\n", "utf-8")
    reduce(tmp_path, "click==8.0\n", [])
    files = {path.relative_to(tmp_path).as_posix(): path for path in tmp_path.rglob("*") if path.is_file()}
    assert not [name for name, path in files.items() if "builder" in path.read_text("utf-8")]
    record = files["click-8.0.dist-info/RECORD"].read_text("utf-8")
    assert {line.split(",")[0] for line in record.splitlines()} == set(files)


def test_nothing_of_ours_imports_what_is_left_out() -> None:
    names = {line for line in (PARTS / "left-out.txt").read_text("utf-8").split("\n") if line and line[0] != "#"}
    modules = {module for module, owners in packages_distributions().items() if names & {o.lower() for o in owners}}
    assert {"av", "IPython", "jedi"} <= modules
    root = Path(debian_package.REPOSITORY)
    for room in ("phones", "wipe", "grading", "certs", "transparency", "station", "hardware-fixtures/virtual_phones"):
        for source in (root / room).rglob("*.py"):
            words = [line.split() for line in source.read_text("utf-8").splitlines()]
            taken = {line[1].partition(".")[0] for line in words if line[:1] in (["import"], ["from"]) and line[1:]}
            assert not taken & modules, source


@pytest.mark.wire
def test_the_same_tree_makes_the_same_package_whoever_packs_it(tmp_path: Path) -> None:
    made = []
    for number, mode in enumerate((0o600, 0o664)):
        root = tmp_path / str(number)
        (root / "DEBIAN").mkdir(parents=True)
        about = "Package: x\nVersion: 1\nArchitecture: all\nMaintainer: n <n@example.org>\nDescription: x\n"
        (root / "DEBIAN" / "control").write_text(about, "utf-8")
        for name in ("b", "a") if number else ("a", "b"):
            (root / name).write_text(name, "utf-8")
            (root / name).chmod(mode)
        pack(root, tmp_path / f"{number}.deb", EPOCH)
        made.append((tmp_path / f"{number}.deb").read_bytes())
    assert made[0] == made[1]


def test_the_rules_and_the_drop_in_are_where_the_trial_and_the_doctor_look() -> None:
    targets = {f"/{target}" for target in INSTALLED_AS.values()}
    assert {each for each in FILES if "udev" in each or "systemd" in each} <= targets
    assert any(each.endswith(f"udev/rules.d/{RULES_NAME}") for each in targets)
    units = {each for each in targets if each.endswith((".service", ".timer", ".socket"))}
    assert units == {f"/usr/lib/systemd/system/proofwipe.{kind}" for kind in ("service", "socket")}


def test_nothing_that_the_package_does_starts_the_service() -> None:
    for script in ("postinst", "postrm"):
        for line in (debian_package.REPOSITORY / "packaging" / "debian" / script).read_text("utf-8").splitlines():
            assert "enable" not in line, line
            assert not ("systemctl" in line and "proofwipe" in line), line


@pytest.mark.parametrize(
    ("argument", "entry", "removed"),
    [
        ("purge", "proofwipe:x:999:", True),
        ("purge", "proofwipe:x:999:wang", False),
        ("purge", "", False),
        ("remove", "proofwipe:x:999:", False),
        ("upgrade", "proofwipe:x:999:", False),
    ],
)
def test_a_purge_takes_the_group_only_if_nobody_is_in_it(
    tmp_path: Path, argument: str, entry: str, removed: bool
) -> None:
    log = tmp_path / "log"
    for name, script in (("getent", f"echo '{entry}'"), ("groupdel", f'echo "$*" >> {log}')):
        (tmp_path / name).write_text(f"#!{shutil.which('sh')}\n{script}\n", "utf-8")
        (tmp_path / name).chmod(0o755)
    done = subprocess.run(
        [str(shutil.which("sh")), str(PARTS / "postrm"), argument],
        env={"PATH": str(tmp_path)}, capture_output=True, text=True, timeout=30, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert (log.read_text("utf-8").split() if log.exists() else []) == (["proofwipe"] if removed else [])
    assert ("has members" in done.stderr) == entry.endswith("wang")
