# SPDX-License-Identifier: GPL-3.0-or-later
"""A virtual phone with a small storage, and the shell lines of an overwriting pass."""

from collections.abc import Iterable, Mapping

from tests.virtual_phones.android.android_life import BENCH_KEY, IMEIS, PIXEL_6
from virtual_phones.android.phone import AndroidPhone
from virtual_phones.phone import ServiceReply
from virtual_phones.storage.stored import whole

MIB = 1024 * 1024
SMALL: Mapping[str, object] = {"bytes": 4 * MIB, "data_kib": 3 * 1024}
FOLDER = "/data/local/tmp/pw_0123456789abcdef_fill"


class StoragePhone:
    """One phone with a small storage, and its clock."""

    def __init__(self, *, misbehaviour: Iterable[str] = ()) -> None:
        self.now_s = 10.0
        self.phone = AndroidPhone(
            PIXEL_6 | {"storage": SMALL},
            serial="1A2B3C4D5E6F70",
            imeis=IMEIS,
            misbehaviour=misbehaviour,
        )
        self.phone.accept_key(BENCH_KEY)

    def run(self, line: str) -> ServiceReply:
        reply = self.phone.run(f"shell,v2,raw:{line}", now_s=self.now_s, in_pieces=True)
        assert reply is not None
        return reply

    def sh(self, line: str) -> bytes:
        reply = self.run(line)
        return whole(reply.pieces) or reply.stdout

    def feed(self, line: str, data: bytes, *, piece: int = 65536) -> ServiceReply:
        fed = self.phone.feed(f"shell,v2,raw:{line}", now_s=self.now_s)
        assert fed is not None, line
        for at in range(0, len(data), piece):
            if fed.ended:
                break
            fed.feed(data[at : at + piece])
        return fed.finish()

    def free(self) -> int:
        return int(self.sh("df -k /data").split(b"\n")[1].split()[3]) * 1024

    def wait(self, seconds: float) -> None:
        for _ in range(int(seconds * 2)):
            self.now_s += 0.5
            self.phone.tick(self.now_s)

    def reboot(self) -> None:
        self.phone.run("reboot:", now_s=self.now_s)
        self.wait(60)

    def harness(self) -> None:
        assert self.run("cmd testharness enable").exit_code == 0
        self.wait(200)
