# SPDX-License-Identifier: GPL-3.0-or-later
"""Short words for what tests do with a virtual Android in virtual time."""

from collections.abc import Iterable

from virtual_phones.android.phone import AndroidPhone
from virtual_phones.phone import load_model

IMEIS = ("356789104321243", "356789104321250")
BENCH_KEY = "ab" * 16
PIXEL_9 = load_model("pixel-9-android-16")
PIXEL_6 = load_model("pixel-6-android-13")


class Life:
    """One phone and its clock."""

    def __init__(
        self,
        *,
        trade_in: bool = False,
        misbehaviour: Iterable[str] = (),
        variation: Iterable[str] = (),
        seed: int = 1,
        condition: str = "",
    ) -> None:
        self.now_s = 10.0
        self.phone = AndroidPhone(
            PIXEL_9 if trade_in else PIXEL_6,
            serial="1A2B3C4D5E6F70",
            imeis=IMEIS,
            misbehaviour=misbehaviour,
            variation=variation,
            seed=seed,
            condition=condition or ("reset" if trade_in else "debugging"),
        )
        if not trade_in:
            self.phone.accept_key(BENCH_KEY)

    def sh(self, line: str) -> str:
        """Standard output of a shell line. Raises: AssertionError when the shell is closed."""
        reply = self.phone.run(f"shell,v2,raw:{line}", now_s=self.now_s)
        assert reply is not None, f"closed: {line}"
        return reply.stdout.decode("utf-8", "replace")

    def code(self, line: str) -> int:
        reply = self.phone.run(f"shell,v2,raw:{line}", now_s=self.now_s)
        assert reply is not None
        return reply.exit_code

    def closed(self, line: str) -> bool:
        return self.phone.run(f"shell,v2,raw:{line}", now_s=self.now_s) is None

    def wait(self, seconds: float) -> None:
        end_s = self.now_s + seconds
        while self.now_s < end_s:
            self.now_s = min(self.now_s + 0.5, end_s)
            self.phone.tick(self.now_s)

    def press(self, action: str) -> None:
        self.phone.press(action, self.now_s)

    def harness(self) -> int:
        """Run the test harness reset and wait it out."""
        code = self.code("cmd testharness enable")
        self.wait(400)
        return code

    def trade_in(self) -> int:
        """Evaluate, reboot, wait it out."""
        code = self.code("tradeinmode evaluate")
        self.wait(10)
        self.phone.run("reboot:", now_s=self.now_s)
        self.wait(400)
        return code

    def left(self) -> list[str]:
        found = self.phone.truth()["left"]
        assert isinstance(found, list)
        return found

    def erased(self) -> bool:
        return self.phone.truth()["erased"] is True
