# SPDX-License-Identifier: GPL-3.0-or-later
"""`proofwipe keys` and `init`, as typed."""

import hashlib
import json
import re
from pathlib import Path
from typing import Any

import pytest

from certs.verify.root_words import root_words
from certs.verify.trust import Trust
from station.setup.well_known import in_rows
from tests.support.cli_station import CommandLine


def _shown(station: CommandLine) -> dict[str, Any]:
    done = station.run("keys", "show", "--json")
    assert done.code == 0, done.err
    found: dict[str, Any] = json.loads(done.out)
    return found


@pytest.mark.parametrize("language", ["en", "zh"])
def test_show_speaks_words_not_field_names(station: CommandLine, language: str) -> None:
    done = station.run("--lang", language, "keys", "show")
    assert done.code == 0
    assert re.findall(r"\b[a-z]+_[a-z_0-9]+\b", done.out.replace(str(station.home), "")) == []
    assert ("Key id" if language == "en" else "密钥标识") in done.out


def test_a_second_init_makes_nothing(station: CommandLine, tmp_path: Path) -> None:
    before = sorted(path.name for path in station.home.rglob("*"))
    root = tmp_path / "second-root"
    done = station.run(
        "init", "--name", "Other", "--person", "A:operator", "--root-folder", root, "--station", "bench-2"
    )
    assert done.code == 1
    assert not root.exists()
    after = sorted(path.name for path in station.home.rglob("*"))
    assert set(after) - set(before) <= {"adb", "pairing", "papers", "station.log"}


def test_a_person_gets_a_key_of_their_own_and_may_validate(station: CommandLine) -> None:
    own = {"PROOFWIPE_VALIDATOR_PASSPHRASE": "words of her own"}
    done = station.run("keys", "validator", "徐丽", "--json", env=own)
    assert done.code == 0, done.err
    made = json.loads(done.out)
    assert Path(made["path"]).stat().st_mode & 0o777 == 0o600
    shown = _shown(station)
    assert {"person": "徐丽", "role": "validator"} in shown["people"]
    assert {one["key_id"] for one in shown["certificates"] if one["kind"] == "validator"} == {made["key_id"]}
    assert station.run("keys", "validator", "徐丽").code == 2  # nobody typed a passphrase
    assert station.run("keys", "validator", "x" * 65, env=own).code == 2
    assert station.run("keys", "validator", "a\tb", env=own).code == 2


def test_a_revoked_key_is_shown_refused_and_handed_to_buyers(station: CommandLine, tmp_path: Path) -> None:
    old = _shown(station)["key_id"]
    for wrong in ("tomorrow", "2999-01-01", "1999-01-01", ""):
        assert station.run("keys", "revoke", "bench-1", "--at", wrong, "--reason", "superseded").code == 2
    assert station.run("keys", "revoke", "nobody", "--at", "2026-01-05", "--reason", "stopped").code == 3
    done = station.run("keys", "revoke", "bench-1", "--at", "2026-01-05T10:00:00+08:00", "--reason", "key-compromise")
    assert done.code == 0, done.err
    (only,) = _shown(station)["certificates"]
    assert (only["revoked_at"], only["revoked_because"]) == ("2026-01-05T02:00:00.000000Z", "key-compromise")
    assert station.run("keys", "renew").code == 0
    assert station.run("keys", "check").code == 0
    now, before = _shown(station)["certificates"]
    assert now["revoked_at"] is None
    assert (before["key_id"], before["revoked_at"]) == (old, "2026-01-05T02:00:00.000000Z")
    assert station.run("keys", "export-trust", tmp_path / "trust").code == 0
    lists = Trust.from_files([tmp_path / "trust"]).revocation_lists
    assert sorted(len(listed.revoked) for listed in lists) == [0, 1]


def test_lists_are_renewed_on_demand(station: CommandLine, tmp_path: Path) -> None:
    before = _shown(station)["revocation_lists"]
    (station.home / "keys" / "organisation.crl").unlink()
    assert _shown(station)["revocation_lists"] == {**before, "organisation": None}
    assert station.run("keys", "crl").code == 0
    assert _shown(station)["revocation_lists"]["organisation"]
    assert station.run("keys", "crl", "--root-folder", tmp_path).code == 1  # no root key there
    assert station.run("keys", "crl", env={"PROOFWIPE_PASSPHRASE": "wrong"}).code == 1


def test_a_key_is_exported_once_and_under_another_passphrase(station: CommandLine, tmp_path: Path) -> None:
    target = tmp_path / "copy.pem"
    line = ("keys", "export", "bench-1", "--to", target)
    assert station.run(*line).code == 2
    assert station.run(*line, env={"PROOFWIPE_EXPORT_PASSPHRASE": "words for a copy"}).code == 0
    assert target.read_bytes().startswith(b"-----BEGIN ENCRYPTED PRIVATE KEY-----")
    assert station.run(*line, env={"PROOFWIPE_EXPORT_PASSPHRASE": "words for a copy"}).code == 1


def test_a_second_bench_stands_under_the_same_root(line: CommandLine, tmp_path: Path) -> None:
    root = tmp_path / "root"
    line.init("--root-folder", root)
    second = CommandLine(tmp_path / "second")
    second.init("--under", root, "--station", "bench-2")
    assert _shown(second)["root_sha256"] == _shown(line)["root_sha256"]
    assert _shown(second)["key_id"] != _shown(line)["key_id"]
    third = CommandLine(tmp_path / "third")
    wrong = ["init", "--name", "Example Refurbishing GmbH", "--person", "Li Wei:operator", "--under"]
    assert third.run(*wrong, tmp_path / "nowhere").code == 1
    assert third.run(*wrong, root, "--specimen").code == 2
    before = (root / "root.crl").read_bytes()
    assert second.run(*wrong, root).code == 1  # it has keys already
    assert (root / "root.crl").read_bytes() == before
    assert not (third.home / "keys").exists()


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_root_is_shown_in_words(station: CommandLine, language: str) -> None:
    shown = _shown(station)
    assert shown["root_words"].split() == list(root_words(shown["root_sha256"]))
    done = station.run("--lang", language, "keys", "show")
    seen = " ".join(done.out.split())
    for each in root_words(shown["root_sha256"], language):
        assert each in seen


def test_the_folder_to_publish_holds_what_buyers_need_and_says_what_it_is(station: CommandLine, tmp_path: Path) -> None:
    folder = tmp_path / "site" / ".well-known" / "proofwipe"
    done = station.run("keys", "export-trust", "--well-known", folder)
    assert done.code == 0, done.err
    shown = _shown(station)
    words = root_words(shown["root_sha256"])
    assert " ".join(words) in " ".join(done.err.split())
    index = (folder / "index.txt").read_text("utf-8-sig")
    for language in ("en", "zh"):
        said = [word for row in in_rows(root_words(shown["root_sha256"], language)) for word in row.split()]
        assert " ".join(said) in " ".join(index.split())
    assert shown["issuer"] in index
    assert shown["root_sha256"] in index.replace(" ", "").replace("\n", "")
    assert "{" not in index
    named = {line.split("  ")[1]: line.split("  ")[0] for line in (folder / "SHA256SUMS").read_text().splitlines()}
    there = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}
    assert set(named) == there - {"SHA256SUMS"}
    for name, digest in named.items():
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == digest, name
    assert {"root.pem", "organisation.crl", "root.crl", "log.policy"} <= there
    assert any(name.startswith("for-codes/station-") for name in there)
    (root,) = Trust.from_files([folder]).roots
    assert root.fingerprint == shown["root_sha256"]


def test_export_trust_wants_a_folder_and_writes_both_if_both_are_named(station: CommandLine, tmp_path: Path) -> None:
    done = station.run("keys", "export-trust")
    assert done.code == 2
    assert "--well-known" in done.err
    assert station.run("keys", "export-trust", tmp_path / "one", "--well-known", tmp_path / "two").code == 0
    assert not (tmp_path / "one" / "index.txt").exists()
    assert (tmp_path / "one" / "root.pem").read_bytes() == (tmp_path / "two" / "root.pem").read_bytes()
