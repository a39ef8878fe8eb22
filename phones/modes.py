# SPDX-License-Identifier: GPL-3.0-or-later
"""Every mode a phone can be in on a port, in one literal table: how it shows itself, how it is talked to, what it is
asked, and what stands in the way where it cannot be.

Bench, inspection, methods, recordings and the station's problems read the table. A further way of talking is a row
here (with its `Presence` and that one's word), a driver module that gives a Link, and a virtual phone.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

from phones.port import APPLE_VENDOR, Platform, Presence
from phones.problem import ProblemCode

if TYPE_CHECKING:
    from phones.adb.wire import AdbEndpoint
    from phones.bench.bench import AppleDriver
    from phones.link import Link, Question
    from phones.port import Sighting
    from phones.usb.watch import UsbWatch

ADB_INTERFACE = "ff/42/01"
"""ADB_CLASS, ADB_SUBCLASS, ADB_PROTOCOL [AOSP packages/modules/adb/adb.h]."""
MTP_INTERFACE = "06/01/01"
"""Still image class: file transfer of an Android, and of cameras [PIMA 15740]."""
FASTBOOT_INTERFACE = "ff/42/03"
"""The same with protocol 3 [AOSP system/core/fastboot/fastboot.cpp, match_fastboot]."""
SAMSUNG = 0x04E8
MODEM_CONTROL, MODEM_DATA = "02/02/01", "0a/00/00"
"""Samsung's vendor id and the two interfaces of a CDC-ACM modem [USB CDC 1.2, PSTN 1.2]."""
DEBUGGING_INTERFACES = (ADB_INTERFACE, FASTBOOT_INTERFACE)
APPLE_PHONES = range(0x1290, 0x12B0)
"""Product ids in normal mode [usbmuxd src/usb.h, PID_RANGE_LOW and PID_RANGE_MAX]."""
APPLE_RECOVERY = (*range(0x1280, 0x1284), 0x1222, 0x1227)
"""Recovery modes 1 to 4, WTF and DFU [libirecovery include/libirecovery.h]; usbmuxd never lists these."""

SHELL_TIMEOUT_S = 60.0
"""For one batch of questions: dumpsys of a busy phone takes seconds, ten at worst (`unconfirmed`)."""
TRADE_IN_TIMEOUT_S = 60.0
APPLE_TIMEOUT_S = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Sign:
    """One way in which a mode shows itself; everything that is given must hold.

    `family`: Apple by USB vendor id, Android every other device, None both. `products`: USB product ids; () any.
    `interface`, `without`: one that USB shows, one that it does not. `adb`: our adb server lists the device in this
    mode. `usbmux`: usbmuxd lists it. `unread`: not every interface could be read, and none of those that were is for
    debugging.
    """

    family: Platform | None = Platform.ANDROID
    products: tuple[int, ...] = ()
    interface: str = ""
    without: str = ""
    adb: bool = False
    usbmux: bool = False
    unread: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """What drivers need to reach the phone of one sighting; None for a driver that does not run.

    `transport_id`: under which our adb server has it.
    """

    sighting: "Sighting"
    adb: "AdbEndpoint | None"
    transport_id: int | None
    apple: "AppleDriver | None"
    usb: "UsbWatch | None" = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Mode:
    """One mode.

    `adb_states`: words of `adb devices` for it. `link`: the name of its link, "" if no job can begin there.
    `open`: a link to it, also where a method only passes through; None when its driver does not run. `refusal`: why
    there is no link otherwise, a reason code; "" = the phone counts as lost. `questions`: a whole inspection, given 32
    random hex digits each call. `more`: questions besides, of a phone that shows more, each asked whatever the others
    came to. `problem`: what a person must do before it can be talked to; `apple_problem`: the same
    for an Apple device, where it differs. `usb_label`: what its USB serial number is (a label of
    `phones.identifiers`). `before_set_up`: it exists only while nobody has set the phone up. `named_by_usb`: it tells
    one number only, which must be the one that USB shows; a job may begin with it, and ends in a report. `unnamed`:
    nothing that it answers names it, and the number that USB shows stands for it; a job that begins with it ends in a
    report. `virtual`: the module of a virtual phone in this mode, or "none yet".
    """

    presence: Presence
    signs: tuple[Sign, ...] = ()
    adb_states: tuple[str, ...] = ()
    link: str = ""
    open: "Callable[[Reach], Link | None]" = lambda _reach: None
    refusal: str = ""
    questions: "Callable[[Callable[[], str]], tuple[Question, ...]]" = lambda _random_hex: ()
    more: "Callable[[Sighting], tuple[Question, ...]]" = lambda _sighting: ()
    problem: ProblemCode | None = None
    apple_problem: ProblemCode | None = None
    usb_label: str = "serial"
    before_set_up: bool = False
    named_by_usb: bool = False
    unnamed: bool = False
    virtual: str


def _open_adb(reach: Reach, name: str) -> "Link | None":
    if reach.adb is None or reach.transport_id is None:
        return None
    from phones.adb.link import AdbLink

    return AdbLink(reach.adb, reach.transport_id, name=name)


def _open_shell(reach: Reach) -> "Link | None":
    return _open_adb(reach, "adb")


def _open_foyer(reach: Reach) -> "Link | None":
    return _open_adb(reach, "trade_in")


def _open_recovery(reach: Reach) -> "Link | None":
    return _open_adb(reach, "recovery")


def _open_apple(reach: Reach) -> "Link | None":
    return reach.apple.open(reach.sighting.transport) if reach.apple is not None else None


def _open_fastboot(reach: Reach) -> "Link | None":
    if reach.usb is None or FASTBOOT_INTERFACE not in reach.sighting.interfaces:
        return None
    from phones.fastboot.link import FastbootLink
    from phones.fastboot.usb_transport import UsbTransport

    return FastbootLink(UsbTransport(reach.usb.device_at(reach.sighting.port)))


def _open_plain(reach: Reach) -> "Link | None":
    """File transfer and modem of a phone without debugging; None where it shows neither."""
    if not _has_modem(reach.sighting):
        return _open_mtp(reach)
    from phones.modem.beside_files import PlainLink

    return PlainLink(lambda: _open_mtp(reach), lambda: _open_modem(reach))


def _has_modem(sighting: "Sighting") -> bool:
    return sighting.vendor_id == SAMSUNG and {MODEM_CONTROL, MODEM_DATA} <= set(sighting.interfaces)


def _open_modem(reach: Reach) -> "Link | None":
    """Through the kernel's terminal where it has made one, else through its data interface."""
    from phones.errors import UsbAccessError
    from phones.modem.link import ModemLink, Terminal, terminal_of
    from phones.usb.bulk import BulkPipe

    if reach.usb is None:
        return None
    if not reach.usb.virtual and (path := terminal_of(reach.sighting.port)) is not None:
        return ModemLink(Terminal(path))
    try:
        return ModemLink(BulkPipe(reach.usb.device_at(reach.sighting.port), (0x0A, 0x00, 0x00)))
    except UsbAccessError:
        return None


def _open_mtp(reach: Reach) -> "Link | None":
    """Never an Apple device's: its pictures are not asked for anything. Whoever else holds the interface keeps it, and
    then the phone counts as one that does not talk.
    """
    sighting = reach.sighting
    if reach.usb is None or MTP_INTERFACE not in sighting.interfaces or sighting.platform is not Platform.ANDROID:
        return None
    from phones.errors import PhoneError, UsbAccessError
    from phones.mtp.link import MtpLink
    from phones.usb.bulk import BulkPipe

    try:
        return MtpLink(BulkPipe(reach.usb.device_at(sighting.port), (0x06, 0x01, 0x01)))
    except (PhoneError, UsbAccessError):
        return None


def _shell_questions(random_hex: Callable[[], str]) -> "tuple[Question, ...]":
    from phones.android.inspection import inspection_questions

    return inspection_questions(random_hex, timeout_s=SHELL_TIMEOUT_S)


def _foyer_questions(random_hex: Callable[[], str]) -> "tuple[Question, ...]":
    from phones.android.trade_in import getstatus_question

    return (getstatus_question(random_hex(), timeout_s=TRADE_IN_TIMEOUT_S),)


def _apple_questions(_random_hex: Callable[[], str]) -> "tuple[Question, ...]":
    from phones.apple.inspection import inspection_question

    return (inspection_question(timeout_s=APPLE_TIMEOUT_S),)


def _fastboot_questions(_random_hex: Callable[[], str]) -> "tuple[Question, ...]":
    from phones.fastboot.questions import everything_question, variables_question

    return (variables_question(), everything_question())


def _modem_questions(sighting: "Sighting") -> "tuple[Question, ...]":
    from phones.modem.identity import question

    return (question(),) if _has_modem(sighting) else ()


def _mtp_questions(_random_hex: Callable[[], str]) -> "tuple[Question, ...]":
    from phones.mtp.device_info import question

    return (question(),)


def _rescue_questions(_random_hex: Callable[[], str]) -> "tuple[Question, ...]":
    from phones.android.rescue import inspection_questions

    return inspection_questions()


_LISTED_BY_ADB = Sign(interface=ADB_INTERFACE, adb=True)

MODES: tuple[Mode, ...] = (
    Mode(
        presence=Presence.APPLE_RECOVERY,
        signs=(Sign(family=Platform.APPLE, products=APPLE_RECOVERY),),
        refusal="wrong_mode",
        problem=ProblemCode.WRONG_MODE,
        virtual="virtual_phones.iphone.usb_view",
    ),
    Mode(
        presence=Presence.APPLE,
        signs=(Sign(family=Platform.APPLE, usbmux=True),),
        link="usbmux",
        open=_open_apple,
        refusal="wrong_mode",
        questions=_apple_questions,
        usb_label="udid",
        virtual="virtual_phones.iphone.phone",
    ),
    Mode(
        presence=Presence.ADB_DEVICE,
        signs=(_LISTED_BY_ADB,),
        adb_states=("device",),
        link="adb",
        open=_open_shell,
        refusal="wrong_mode",
        questions=_shell_questions,
        virtual="virtual_phones.adb.adbd",
    ),
    Mode(
        presence=Presence.ADB_FOYER,  # shows as ADB_DEVICE until the bench asks for a shell
        link="trade_in",
        open=_open_foyer,
        refusal="wrong_mode",
        questions=_foyer_questions,
        before_set_up=True,
        virtual="virtual_phones.android.foyer",
    ),
    Mode(
        presence=Presence.ADB_UNAUTHORIZED,
        signs=(_LISTED_BY_ADB,),
        adb_states=("unauthorized", "authorizing"),
        refusal="unauthorized",
        problem=ProblemCode.UNAUTHORIZED,
        unnamed=True,
        virtual="virtual_phones.adb.auth",
    ),
    Mode(
        presence=Presence.ADB_RECOVERY,
        signs=(_LISTED_BY_ADB,),
        adb_states=("recovery",),
        refusal="wrong_mode",
        problem=ProblemCode.WRONG_MODE,
        virtual="virtual_phones.android.body",
    ),
    Mode(
        presence=Presence.ADB_SIDELOAD,
        signs=(_LISTED_BY_ADB,),
        adb_states=("sideload",),
        link="recovery",
        open=_open_recovery,
        refusal="wrong_mode",
        unnamed=True,
        virtual="virtual_phones.android.body",
    ),
    Mode(
        presence=Presence.ADB_RESCUE,
        signs=(_LISTED_BY_ADB,),
        adb_states=("rescue",),
        link="recovery",
        open=_open_recovery,
        refusal="wrong_mode",
        questions=_rescue_questions,
        unnamed=True,
        virtual="virtual_phones.android.rescue",
    ),
    Mode(
        presence=Presence.FASTBOOT,
        signs=(_LISTED_BY_ADB, Sign(interface=FASTBOOT_INTERFACE, without=ADB_INTERFACE)),
        adb_states=("bootloader",),
        link="fastboot",
        open=_open_fastboot,
        refusal="wrong_mode",
        questions=_fastboot_questions,
        named_by_usb=True,
        virtual="virtual_phones.usb.fastboot",
    ),
    Mode(
        presence=Presence.ADB_OFFLINE,  # every other state of adb; or a device of which nobody can say that it has none
        signs=(Sign(interface=ADB_INTERFACE), Sign(unread=True)),
        problem=ProblemCode.OFFLINE,
        virtual="virtual_phones.adb.adbd",
    ),
    Mode(
        presence=Presence.USB_ONLY,
        signs=(Sign(family=None),),
        open=_open_plain,
        refusal="no_debugging",
        more=_modem_questions,
        questions=_mtp_questions,  # who is it; nothing can be done to it
        problem=ProblemCode.NO_DEBUGGING,
        apple_problem=ProblemCode.NOT_ANSWERING,  # not in usbmuxd: an iPhone has no debugging to switch on
        unnamed=True,
        virtual="virtual_phones.usb.mtp",
    ),
    Mode(presence=Presence.ABSENT, problem=ProblemCode.NOT_ANSWERING, virtual="virtual_phones.port"),
)
"""In the order in which they are recognised: the first that shows one of its signs."""

BY_PRESENCE: Mapping[Presence, Mode] = MappingProxyType({mode.presence: mode for mode in MODES})
ADB_STATES: Mapping[str, Presence] = MappingProxyType(
    {word: mode.presence for mode in MODES for word in mode.adb_states}
)
"""Every other word of adb (offline, connecting, host, detached, no permissions) is ADB_OFFLINE."""


def presence_shown(
    *,
    vendor_id: int,
    product_id: int,
    interfaces: tuple[str, ...],
    unread: bool,
    adb: Presence | None,
    in_usbmux: bool,
) -> Presence:
    """The mode of a device that USB shows; never ABSENT, also when it does not look like a phone.

    `unread`: not every interface could be read. `adb`: what our server says of it. USB_ONLY says that there is no
    debugging interface, which nobody can say of a device that could not be read.
    """
    family = Platform.APPLE if vendor_id == APPLE_VENDOR else Platform.ANDROID

    def shows(mode: Mode, sign: Sign) -> bool:
        return (
            sign.family in (None, family)
            and (not sign.products or product_id in sign.products)
            and (not sign.interface or sign.interface in interfaces)
            and sign.without not in interfaces
            and (not sign.adb or adb is mode.presence)
            and (not sign.usbmux or in_usbmux)
            and (not sign.unread or (unread and not set(DEBUGGING_INTERFACES) & set(interfaces)))
        )

    return next(mode.presence for mode in MODES if any(shows(mode, sign) for sign in mode.signs))
