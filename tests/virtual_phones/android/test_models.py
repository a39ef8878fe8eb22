# SPDX-License-Identifier: GPL-3.0-or-later
"""Every Android model says of itself what its files say, and stores what it is given."""

import re

import pytest

from tests.virtual_phones.android.android_life import BENCH_KEY, IMEIS
from virtual_phones.android.phone import AndroidPhone
from virtual_phones.phone import load_model, models_folder, section

NAMES = sorted(path.parent.name for path in models_folder().glob("*-android-*/phone.toml"))
NAMES = [name for name in NAMES if "owners" in load_model(name)]  # the others are recordings
RELEASES = {23: "6.0", 26: "8.0.0", 27: "8.1.0", 28: "9", 29: "10", 30: "11", 32: "12", 33: "13"} | {
    34: "14",
    35: "15",
    36: "16",
}
READS_DISKS = {"motorola-moto-g3-android-6", "noname-mt6580-android-8", "samsung-galaxy-s7-android-8"}


class Phone:
    """A model with debugging on."""

    def __init__(self, name: str) -> None:
        self.model = load_model(name)
        self.phone = AndroidPhone(self.model, serial="1A2B3C4D5E6F70", imeis=IMEIS)
        self.phone.accept_key(BENCH_KEY)

    def sh(self, line: str) -> str:
        reply = self.phone.run(f"shell,v2,raw:{line}", now_s=10.0)
        assert reply is not None
        return reply.stdout.decode()


def test_there_are_models_from_android_6_to_16_of_many_makers() -> None:
    models = [load_model(name) for name in NAMES]
    assert len(NAMES) >= 14
    assert {model["sdk"] for model in models} >= set(RELEASES)
    assert len({section(model, "product")["manufacturer"] for model in models}) >= 6
    assert {model["provenance"] for model in models} == {"written"}


@pytest.mark.parametrize("name", NAMES)
def test_a_model_is_of_one_version_and_says_so(name: str) -> None:
    phone = Phone(name)
    sdk = int(str(phone.model["sdk"]))
    properties = section(phone.model, "properties")
    assert phone.sh("getprop ro.build.version.sdk") == f"{sdk}\n"
    assert phone.sh("getprop ro.build.version.release") == RELEASES[sdk] + "\n"
    assert f":{RELEASES[sdk]}/{properties['ro.build.id']}/" in str(properties["ro.build.fingerprint"])
    assert int(str(properties.get("ro.product.first_api_level", 0))) <= sdk
    assert phone.model["trade_in"] is False or sdk >= 36
    assert phone.model["test_harness"] is False or sdk >= 29
    assert ("Test Harness" in phone.sh("cmd testharness help")) is (phone.model["test_harness"] is True)


@pytest.mark.parametrize("name", NAMES)
def test_encryption_is_told_as_the_model_has_it(name: str) -> None:
    phone = Phone(name)
    state, kind = (phone.sh(f"getprop ro.crypto.{word}").strip() for word in ("state", "type"))
    assert (state, kind) in {("unencrypted", ""), ("encrypted", "block"), ("encrypted", "file")}
    metadata = phone.sh("getprop ro.crypto.metadata.enabled").strip()
    first = int(str(section(phone.model, "properties").get("ro.product.first_api_level", 0)))
    assert metadata == "true" or first < 29, "Android 11's compatibility definition demands it of new phones"


@pytest.mark.parametrize("name", NAMES)
def test_a_model_stores_what_it_is_given_and_tells_of_its_capacity(name: str) -> None:
    phone = Phone(name)
    storage = section(phone.model, "storage")
    size = int(str(storage["bytes"]))
    total = int(phone.sh("df -k /data").splitlines()[1].split()[1]) * 1024
    assert total // 1024 == int(str(storage["data_kib"]))
    assert 0.5 * size < total < size
    found = re.search(r"total size: ([0-9]+) ", phone.sh("dumpsys mount"))
    assert found is not None
    assert total < int(found[1])
    assert ("sda" in phone.sh("cat /proc/partitions")) is (name in READS_DISKS)
    fed = phone.phone.feed("shell,v2,raw:cat > /data/local/tmp/x", now_s=10.0)
    assert fed is not None
    fed.feed(b"data")
    assert fed.finish().exit_code == 0
    assert phone.sh("cat /data/local/tmp/x") == "data"
