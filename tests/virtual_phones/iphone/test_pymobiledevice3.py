# SPDX-License-Identifier: GPL-3.0-or-later
"""pymobiledevice3, the client the product uses, driven by hand against virtual iPhones.

Calls and expectations follow research/ios.md 4 to 8. The product's own driver is tested elsewhere.
"""

import asyncio
import contextlib
import gc
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from pymobiledevice3 import usbmux
from pymobiledevice3.exceptions import (
    ConnectionTerminatedError,
    GetProhibitedError,
    InvalidServiceError,
    NotPairedError,
    PairingDialogResponsePendingError,
    PasswordRequiredError,
    ProfileError,
    PyMobileDevice3Exception,
    UserDeniedPairingError,
)
from pymobiledevice3.lockdown import create_using_usbmux
from pymobiledevice3.services.afc import AfcService
from pymobiledevice3.services.crash_reports import CrashReportsManager
from pymobiledevice3.services.diagnostics import DiagnosticsService
from pymobiledevice3.services.installation_proxy import InstallationProxyService
from pymobiledevice3.services.mobile_activation import MobileActivationService
from pymobiledevice3.services.mobile_config import MobileConfigService
from pymobiledevice3.services.mobilebackup2 import Mobilebackup2Service

from tests.support.waiting import PATIENCE_S
from tests.virtual_phones.iphone.apple_bench import FAST, WiredBench, make_iphone, wired

# pymobiledevice3 leaves connections open when a call raises; `scene` collects them while they are ours.
pytestmark = [pytest.mark.wire, pytest.mark.filterwarnings("ignore::ResourceWarning")]

OpenBench = Callable[..., contextlib.AbstractContextManager[WiredBench]]


@pytest.fixture
def scene(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> OpenBench:
    """`with scene(misbehaviour=[...]) as bench`: one phone, and this process looks at its usbmuxd."""

    @contextlib.contextmanager
    def open_scene(*, seeds: tuple[int, ...] = (0,), **flags: Any) -> Iterator[WiredBench]:
        phones = [make_iphone(seed=seed, timing=FAST, **flags) for seed in seeds]
        with wired(tmp_path, *phones) as bench:
            monkeypatch.setenv("USBMUXD_SOCKET_ADDRESS", bench.server.address)
            yield bench
        gc.collect()

    return open_scene


async def client(bench: WiredBench, *, phone: int = 0, **options: Any) -> Any:
    records = bench.folder / "records"
    records.mkdir(exist_ok=True)
    return await create_using_usbmux(
        serial=bench.phones[phone].udid,
        connection_type="USB",
        pairing_records_cache_folder=records,
        **{"autopair": False, **options},
    )


async def pair(bench: WiredBench, *, phone: int = 0, **options: Any) -> Any:
    """A paired client."""
    bench.trust_next(phone=phone)
    return await client(bench, phone=phone, autopair=True, pair_timeout=0, **options)


def run(awaitable: Awaitable[Any], *, seconds: float = PATIENCE_S) -> Any:
    async def bounded() -> Any:
        return await asyncio.wait_for(awaitable, seconds)

    return asyncio.run(bounded())


async def returned(bench: WiredBench, enumeration: int) -> None:
    """Wait until the phone has been away and is listed again."""
    while bench.phone.enumeration == enumeration or not await usbmux.list_devices():
        await asyncio.sleep(0.02)


def test_pairing_opens_what_is_closed_to_strangers(scene: OpenBench) -> None:
    async def play(bench: WiredBench) -> None:
        stranger = await client(bench)
        assert stranger.paired is False
        assert stranger.product_type == "iPhone14,5"
        assert "SerialNumber" not in stranger.all_values
        with pytest.raises(GetProhibitedError):
            await stranger.get_value(key="SerialNumber")
        with pytest.raises(NotPairedError):
            await stranger.start_lockdown_service("com.apple.afc")
        await stranger.close()
        friend = await pair(bench)
        assert friend.paired is True
        assert friend.all_values["SerialNumber"] == bench.phone.serial
        assert friend.ecid == bench.phone.identity.ecid
        assert (await friend.get_value("com.apple.purplebuddy", "SetupDone")) is True
        assert (await friend.get_value(key="NonVolatileRAM"))["obliteration"].startswith(b"EACS Done @")
        await friend.close()

    with scene() as bench:
        run(play(bench))


@pytest.mark.parametrize("variation", [[], ["tls_1_2"]])
def test_every_service_answers(scene: OpenBench, variation: list[str]) -> None:
    async def play(bench: WiredBench) -> None:
        lockdown = await pair(bench)
        async with DiagnosticsService(lockdown) as diagnostics:
            battery = await diagnostics.get_battery()
            assert battery is not None
            assert battery["CycleCount"] == 312
            assert (await diagnostics.ioregistry(name="options"))["auto-boot"] == b"true"
            assert await diagnostics.ioregistry(name="NoSuchThing") is None
        async with InstallationProxyService(lockdown) as apps:
            assert len(await apps.get_apps(application_type="User", calculate_sizes=True)) == 3
            assert len(await apps.browse({"ApplicationType": "System"})) == 3
        activation = MobileActivationService(lockdown)
        assert await activation.state() == "Activated"  # type: ignore[no-untyped-call]  # the library left its type out
        async with MobileConfigService(lockdown) as profiles:
            configuration = await profiles.get_cloud_configuration()
            assert configuration is not None
            assert configuration["IsSupervised"] is False
            assert (await profiles.get_profile_list())["OrderedIdentifiers"] == []
        async with CrashReportsManager(lockdown) as crashes:
            await crashes.flush()
            assert len([name for name in await crashes.ls() if "panic-full" in name]) == 1
        await lockdown.close()

    with scene(variation=variation) as bench:
        run(play(bench))


def test_a_file_is_planted_read_listed_and_removed(scene: OpenBench) -> None:
    async def play(bench: WiredBench) -> None:
        lockdown = await pair(bench)
        async with AfcService(lockdown) as afc:
            assert int((await afc.get_device_info())["FSTotalBytes"]) > 10**9
            await afc.makedirs("/Downloads/deep/er")
            content = bytes(range(256)) * 4096
            await afc.set_file_contents("/Downloads/deep/er/mark", content)
            assert await afc.get_file_contents("/Downloads/deep/er/mark") == content
            assert await afc.listdir("/Downloads/deep") == ["er"]
            await afc.rename("/Downloads/deep/er/mark", "/mark")
            assert (await afc.stat("/mark"))["st_size"] == len(content)
            assert await afc.exists("/Downloads/deep/er/mark") is False
            assert await afc.rm("/Downloads/deep") == []
            assert await afc.exists("/Downloads/deep") is False
        await lockdown.close()

    with scene() as bench:
        run(play(bench))


async def erase(lockdown: Any, route: str, folder: Path) -> None:
    if route == "mcinstall":
        async with MobileConfigService(lockdown) as profiles:
            await profiles.erase_device(preserve_data_plan=False, disallow_proximity_setup=False)
    else:
        async with Mobilebackup2Service(lockdown) as backup:
            await backup.erase_device(folder)


@pytest.mark.parametrize(
    ("route", "variation"),
    [
        ("mcinstall", []),
        ("mobilebackup2", []),
        ("mcinstall", ["erase_acknowledged", "tls_1_2"]),
        ("mobilebackup2", ["erase_acknowledged", "safe_oblit_stamp"]),
    ],
)
def test_an_erase_takes_the_phone_to_its_set_up_screen(scene: OpenBench, route: str, variation: list[str]) -> None:
    async def play(bench: WiredBench) -> None:
        lockdown = await pair(bench)
        old = dict(lockdown.pair_record)
        before = (await lockdown.get_value(key="NonVolatileRAM"))["obliteration"]
        commanded = await lockdown.get_value(key="TimeIntervalSince1970")
        async with AfcService(lockdown) as afc:
            await afc.set_file_contents("/canary", b"mark")
        enumeration = bench.phone.enumeration
        await erase(lockdown, route, bench.folder)
        await returned(bench, enumeration)
        stranger = await client(bench, pair_record=old)
        assert stranger.paired is False  # InvalidHostID
        await stranger.close()
        after = await client(bench, autopair=True, pair_timeout=0, pair_record=None)  # no dialog
        stamp = (await after.get_value(key="NonVolatileRAM"))["obliteration"]
        assert stamp != before
        assert int(stamp.split(b"@")[1].split(b",")[0]) >= int(commanded)
        assert after.all_values["ActivationState"] == "Unactivated"
        async with AfcService(after) as afc:
            assert await afc.exists("/canary") is False
        await after.close()

    with scene(variation=variation) as bench:
        run(play(bench))
        assert bench.phone.truth()["erased"] is True


@pytest.mark.parametrize(("variation", "ends"), [([], "terminated"), (["tls_1_2"], "not paired")])
def test_a_second_pairing_under_the_same_host_id_unmasks_the_old_record(
    scene: OpenBench, variation: list[str], ends: str
) -> None:
    """research/ios.md 8, rows B2 and B3: TLS 1.3 refuses after the handshake, TLS 1.2 within it."""

    async def play(bench: WiredBench) -> str:
        lockdown = await pair(bench)
        old = dict(lockdown.pair_record)
        enumeration = bench.phone.enumeration
        await erase(lockdown, "mcinstall", bench.folder)
        await returned(bench, enumeration)
        await (await client(bench, autopair=True, pair_timeout=0)).close()
        try:
            again = await client(bench, pair_record=old)
        except ConnectionTerminatedError:
            return "terminated"
        await again.close()
        return "paired" if again.paired else "not paired"

    with scene(variation=variation) as bench:
        assert run(play(bench)) == ends


@pytest.mark.parametrize("route", ["mcinstall", "mobilebackup2"])
@pytest.mark.parametrize("flag", ["erase_drops_link", "erase_lies"])
def test_a_call_that_returned_has_erased_nothing(scene: OpenBench, route: str, flag: str) -> None:
    async def play(bench: WiredBench) -> None:
        lockdown = await pair(bench)
        old = dict(lockdown.pair_record)
        enumeration = bench.phone.enumeration
        await erase(lockdown, route, bench.folder)  # returns as if all were well
        if flag == "erase_lies":
            await returned(bench, enumeration)
        again = await client(bench, pair_record=old)
        assert again.paired is True
        assert again.all_values["DeviceName"] == bench.phone.secrets()["device_name"]
        await again.close()

    with scene(misbehaviour=[flag]) as bench:
        run(play(bench))
        assert bench.phone.truth()["erased"] is False


@pytest.mark.parametrize("flag", ["refuses_208", "refuses_211", "refuses_by_profile", "refuses_hello"])
def test_a_refused_erase_raises(scene: OpenBench, flag: str) -> None:
    async def play(bench: WiredBench) -> None:
        lockdown = await pair(bench)
        with pytest.raises(ProfileError, match="ErrorChain"):
            await erase(lockdown, "mcinstall", bench.folder)
        with pytest.raises((PyMobileDevice3Exception, AssertionError)) as refused:
            await erase(lockdown, "mobilebackup2", bench.folder)
        if flag != "refuses_hello":
            assert "ErrorCode" in str(refused.value)
        await lockdown.close()

    with scene(misbehaviour=[flag]) as bench:
        run(play(bench))
        assert bench.phone.truth()["erases_asked"] == 0


def test_missing_services_are_named(scene: OpenBench) -> None:
    async def play(bench: WiredBench) -> None:
        lockdown = await pair(bench)
        with pytest.raises(InvalidServiceError):
            await lockdown.start_lockdown_service("com.apple.afc")
        await lockdown.close()

    with scene(misbehaviour=["services_missing"]) as bench:
        run(play(bench))


@pytest.mark.parametrize(
    ("flag", "error"),
    [
        ("trust_pending", PairingDialogResponsePendingError),
        ("trust_denied", UserDeniedPairingError),
        ("passcode_locked", PasswordRequiredError),
    ],
)
def test_an_untrusting_phone_is_typed(scene: OpenBench, flag: str, error: type[Exception]) -> None:
    with scene(misbehaviour=[flag]) as bench, pytest.raises(error):
        run(client(bench, autopair=True, pair_timeout=0))


def test_a_slow_dialog_is_waited_for(scene: OpenBench) -> None:
    async def play(bench: WiredBench) -> None:
        bench.trust_next()
        lockdown = await client(bench, autopair=True, pair_timeout=10)
        assert lockdown.paired is True
        await lockdown.close()

    with scene(variation=["trust_slow"]) as bench:
        run(play(bench))


def test_a_silent_phone_needs_a_deadline(scene: OpenBench) -> None:
    with scene(misbehaviour=["lockdownd_silent"]) as bench, pytest.raises(TimeoutError):
        run(client(bench), seconds=0.5)


def test_hot_plug_is_seen_in_the_list(scene: OpenBench) -> None:
    async def play(bench: WiredBench) -> None:
        (first,) = await usbmux.list_devices()
        assert first.ecid == bench.phone.identity.ecid
        bench.ports[0].unplug(bench.now_s())
        assert await usbmux.wait_for_device_detach(bench.phone.udid, 5)
        assert await usbmux.select_device(bench.phone.udid) is None
        bench.ports[0].plug(bench.now_s())
        (second,) = await usbmux.list_devices()
        assert second.serial == first.serial
        assert second.devid != first.devid

    with scene() as bench:
        run(play(bench))


def test_a_stranger_on_the_old_slot_is_another_udid(scene: OpenBench) -> None:
    async def play(bench: WiredBench) -> None:
        lockdown = await pair(bench)
        udid, enumeration = bench.phone.udid, bench.phone.enumeration
        await erase(lockdown, "mcinstall", bench.folder)
        await returned(bench, enumeration)
        (device,) = await usbmux.list_devices()
        assert device.serial != udid

    with scene(misbehaviour=["returns_as_another"]) as bench:
        run(play(bench))


def test_two_phones_are_erased_side_by_side(scene: OpenBench) -> None:
    async def one(bench: WiredBench, phone: int, route: str) -> str:
        lockdown = await pair(bench, phone=phone)
        await erase(lockdown, route, bench.folder)
        return str(lockdown.udid)

    async def both(bench: WiredBench) -> list[str]:
        return list(await asyncio.gather(one(bench, 0, "mcinstall"), one(bench, 1, "mobilebackup2")))

    with scene(seeds=(1, 2)) as bench:
        assert run(both(bench)) == [phone.udid for phone in bench.phones]
        bench.wait(lambda: all(phone.truth()["erased"] for phone in bench.phones))


def test_twenty_four_phones_pair_and_answer(scene: OpenBench) -> None:
    async def one(bench: WiredBench, phone: int) -> str:
        lockdown = await pair(bench, phone=phone)
        async with DiagnosticsService(lockdown) as diagnostics:
            battery = await diagnostics.get_battery()
            assert battery is not None
            assert battery["DesignCapacity"] == 3240
        serial = str(lockdown.all_values["SerialNumber"])
        await lockdown.close()
        return serial

    async def all_of_them(bench: WiredBench) -> list[str]:
        return list(await asyncio.gather(*(one(bench, phone) for phone in range(24))))

    with scene(seeds=tuple(range(24))) as bench:
        shared = bench.phone.key  # 24 RSA keys would take longer than the rest of the test
        for phone in bench.phones:
            phone.key = shared
        assert run(all_of_them(bench), seconds=PATIENCE_S) == [phone.serial for phone in bench.phones]
