# SPDX-License-Identifier: GPL-3.0-or-later
"""`dumpsys`: what each service prints, computed from the state, seller's data included as real phones do.

Shapes follow research android.md §9 and §10; where only a field is documented the lines around it are
plausible noise. A model may replace any of them with a reply file `dumpsys/<service>.txt`, in which
`@serial@`, `@account@` and other names of the owner are filled in.
"""

import re
from collections.abc import Callable
from dataclasses import asdict

from virtual_phones.android import alive
from virtual_phones.android.dumpsys_mount import mount
from virtual_phones.android.system import AndroidSystem
from virtual_phones.phone import section
from virtual_phones.shell.streams import Call

Dump = Callable[[AndroidSystem, list[str]], str]


def dumpsys(system: AndroidSystem, call: Call) -> int:
    """The tool. An unknown service is said on stderr, with exit code 0 (`unconfirmed`)."""
    words = list(call.words)
    while words and words[0].startswith("-"):
        option = words.pop(0)
        if option == "-l":
            call.write("Currently running services:\n" + "".join(f"  {name}\n" for name in sorted(DUMPS)))
            return 0
        if option == "-t" and words:
            words.pop(0)
    if not words:
        words = ["battery"]
    name = words[0]
    system.slept_s = call.shell.delay_s
    if not system.ready and name not in ("meminfo", "adb"):
        call.err.write(f"Can't find service: {name}\n")
        return 0
    filed = section(system.model, "replies").get(f"dumpsys/{name}")
    if isinstance(filed, str):
        call.write(filled(system, filed))
        return 0
    dump = DUMPS.get(name)
    if dump is None:
        call.err.write(f"Can't find service: {name[:100]}\n")
        return 0
    call.write(dump(system, words[1:]))
    return 0


def filled(system: AndroidSystem, text: str) -> str:
    """A reply template with its @names@ replaced; unknown names stay."""
    values = {key: str(value) for key, value in asdict(system.lives.owner).items()}
    values["serial"] = system.lives.hardware.serial
    return re.sub(r"@([a-z_0-9]+)@", lambda found: values.get(found.group(1), found.group()), text)


def _account(system: AndroidSystem, words: list[str]) -> str:
    data = system.lives.data
    lines = [f"User UserInfo{{0:{data.users[0]}:{system.user_flags(0)}}}:", f"  Accounts: {len(data.accounts)}"]
    lines += [f"    Account {{name={name}, type={kind}}}" for name, kind in data.accounts]
    lines += ["", "  AccountId, Action_Type, timestamp, UID, TableName, Key", "  Accounts History"]
    lines += [
        f"  {index},action_account_add,2025-08-16 10:15:0{index},10122,accounts,{index}"
        for index, _ in enumerate(data.accounts, 1)
    ]
    lines += [
        "",
        "  Active Sessions: 0",
        "",
        "  RegisteredServicesCache: 3 services",
        "    ServiceInfo: AuthenticatorDescription {type=com.google}, ComponentInfo{com.google.android.gms/"
        "com.google.android.gms.auth.account.authenticator.GoogleAccountAuthenticatorService}, uid 10122",
        "    ServiceInfo: AuthenticatorDescription {type=com.google.work}, ComponentInfo{...}, uid 10122",
        "",
    ]
    return "\n".join(lines) + "\n"


def _device_policy(system: AndroidSystem, words: list[str]) -> str:
    data = system.lives.data
    owner = ""
    if data.device_owner:
        package = data.device_owner.partition("/")[0]
        owner = (
            f"  Device Owner: \n    admin=ComponentInfo{{{data.device_owner}}}\n    name=\n"
            f"    package={package}\n    isOrganizationOwnedDevice=true\n    User ID: 0\n\n"
        )
    return (
        "Current Device Policy Manager state:\n  Immutable state:\n    mHasFeature=true\n    mIsWatch=false\n"
        f"{owner}  Enabled Device Admins (User 0, provisioningState: {3 if owner else 0}):\n"
        "    mPasswordOwner=-1\n  Encryption Status: per-user\n  Logout user: -10000\n"
    )


def _battery(system: AndroidSystem, words: list[str]) -> str:
    battery = section(system.model, "battery")
    form = system.form("dumpsys battery")
    dock = "" if form == "plain" else "  Dock powered: false\n"
    warmth_dc, drained = system.lives.strain.felt(system.lives.now_s)
    temperature = int(str(battery.get("temperature_dc", 0))) + (warmth_dc if system.has("warms_up") else 0)
    drained = drained if system.has("drains") else 0
    cell = system.lives.cell
    powered = cell.is_powered and alive.alive(system.model).get("power", True) is True
    full = alive.alive(system.model).get("full", False) is True
    level = 100 if full else max(1, system.lives.hardware.battery_level - drained)
    text = (
        "Current Battery Service state:\n  AC powered: false\n"
        f"  USB powered: {str(powered).lower()}\n  Wireless powered: false\n"
        f"{dock}  Max charging current: 500000\n  Max charging voltage: 5000000\n"
        f"  Charge counter: {battery.get('charge_counter_uah')}\n"
        f"  status: {3 if drained or not powered else 5 if full else 2}\n  health: {battery.get('health')}\n"
        f"  present: true\n  level: {level}\n  scale: 100\n"
        f"  voltage: {battery.get('voltage_mv')}\n  temperature: {temperature}\n"
        "  technology: Li-ion\n"
    )
    if "vendor_battery_keys" in system.lives.variation:
        text += "  charge counter: 0\n  current now: -347\n  Level: charging\n"
        text += "  Charging state: 0\n  Charging policy: 0\n"
    if "samsung_battery" in system.lives.variation:
        text += (
            f"  mSavedBatteryAsoc: [{cell.health_percent()}]\n"
            f"  mSavedBatteryBsoh: [{cell.health_percent()}]\n"
            f"  mSavedBatteryUsage: {int(str(cell.cycles() or 0)) * 100 + 39}\n"
            f"  battery FirstUseDate: [20240901]\n"
            "  LLB MAN: 20240701\n  LLB CAL: 20240715\n"
        )
    if form in ("charging_state", "capacity_level"):
        text += "  Charging state: 1\n  Charging policy: 1\n"
    if form == "capacity_level":
        text += "  Capacity level: -1\n"
    return text


def _batterystats(system: AndroidSystem, words: list[str]) -> str:
    battery = section(system.model, "battery")
    fresh = not system.lives.data.packages
    learned = "" if fresh else f"  Last learned battery capacity: {battery.get('learned_mah')} mAh\n"
    return (
        "Battery History (0% used, 1264B used of 4096KB, 14 strings using 934):\n"
        "                    0 (15) RESET:TIME: 2025-12-07-09-41-00\n\n"
        "Statistics since last charge:\n  System starts: 0, currently on battery: false\n"
        f"  Estimated battery capacity: {battery.get('design_mah')} mAh\n{learned}"
        "  Time on battery: 0ms (0.0%) realtime, 0ms (0.0%) uptime\n"
    )


def _pdb(system: AndroidSystem, words: list[str]) -> str:
    form = system.form("dumpsys persistent_data_block")
    if form == "nothing":
        return ""
    image = str(system.lives.hardware.system_image).lower()
    second = f"mIsRunningDSU: {image}" if form == "fields" else "mIsFileBacked: false"
    fields = (
        f"mDataBlockFile: /dev/block/by-name/frp\n{second}\n"
        "mInitDoneSignal: java.util.concurrent.CountDownLatch@3a5b1c2[Count = 0]\n"
        "mAllowedUid: 10131\nmBlockDeviceSize: 524288\nmIsWritable: true\n"
    )
    if form == "refused":
        return fields + "\nException occurred while dumping:\n" + PDB_REFUSAL
    return fields + (frp_status(system) if form == "status" else "")


PDB_REFUSAL = (
    "java.lang.SecurityException: uid 2000 is not allowed to access PDB\n"
    "\tat com.android.server.pdb.PersistentDataBlockService.enforceUid(PersistentDataBlockService.java:500)\n"
)
"""What the shell is told that asks for more than it may see."""


def frp_status(system: AndroidSystem) -> str:
    """AOSP's printFrpStatus for the shell, without secrets. The handle is the owner's and says that protection would
    hold after a reset; the state says that it holds now.
    """
    hardware = system.lives.hardware
    unlocked = "unlocked_bootloader" in system.lives.variation
    return (
        f"FRP state\n=========\nEnforcement enabled: true\nFRP state: {str(hardware.frp_active).lower()}\n"
        "FRP secret file /data/system/frp_secret exists, contents omitted.\nFRP secret present but omitted.\n"
        f"Verified boot state: {'orange' if unlocked else 'green'}\n"
        f"Has FRP credential handle: {str(bool(hardware.frp_handle)).lower()}\n"
        f"FRP challenge block size: {len(hardware.frp_handle)}\n"
    )


def _user(system: AndroidSystem, words: list[str]) -> str:
    data = system.lives.data
    restrictions = "".join(f"      {name}\n" for name in data.restrictions) or "      none\n"
    users = "".join(
        f"  UserInfo{{{index * 10}:{name}:{system.user_flags(index)}}} serialNo={index * 10} "
        f"isPrimary={str(not index).lower()}\n{_user_type(system, index)}"
        f"    State: {'RUNNING_UNLOCKED' if system.ready else 'RUNNING_LOCKED'}\n    Created: <unknown>\n"
        f"    Last logged in: +{max(0, int(system.lives.now_s - max(data.born_s, system.lives.booted_s)))}s ago\n"
        f"    Unlock time: 0ms\n    Restrictions:\n{restrictions}"
        f"    Effective restrictions:\n{restrictions}    Ignore errors preparing storage: false\n"
        for index, name in enumerate(data.users)
    )
    return (
        f"Current user: 0\n\nUsers:\n{users}\n  Device properties:\n"
        f"    Device owner id: {0 if data.device_owner else -10000}\n"
        "    Guest restrictions:\n      no_sms\n      no_install_unknown_sources\n"
    )


_FLAGS = ((0x2, "ADMIN"), (0x400, "FULL"), (0x10, "INITIALIZED"), (0x4000, "MAIN"), (0x1, "PRIMARY"), (0x800, "SYSTEM"))


def _user_type(system: AndroidSystem, index: int) -> str:
    """Type and flags, of the Androids that have types of users: those with FULL among the flags."""
    flags = int(system.user_flags(index), 16)
    if not flags & 0x400:
        return ""
    names = "|".join(name for flag, name in _FLAGS if flags & flag)
    return (
        f"    Type: android.os.usertype.full.{'SYSTEM' if not index else 'SECONDARY'}\n    Flags: {flags} ({names})\n"
    )


def _sensors(system: AndroidSystem, words: list[str]) -> str:
    sensors = system.model.get("sensors")
    lines = ["Captured at: 12:00:00.000", "Sensor Device:", "Sensor List:"]
    for index, sensor in enumerate(sensors if isinstance(sensors, list) else [], 1):
        lines.append(
            f"0x{index:08x}) {sensor['name']:<34} | {sensor['vendor']:<15} | ver: 1 | type: {sensor['type']}"
            f"({sensor['number']}) | perm: n/a | flags: 0x00000000"
        )
    recent = "".join(
        f"{sensor['name']}{_handle(system, index)}: {told}"
        for index, sensor in enumerate(sensors if isinstance(sensors, list) else [], 1)
        for kind in ("light", "proximity")
        if sensor["type"] == f"android.sensor.{kind}" and (told := system.inputs.recent(kind, system.lives.now_s))
    )
    recent += "".join(
        f"{sensor['name']}{_handle(system, index)}: "
        f"{alive.accelerations(system.model, system.lives.now_s + system.slept_s)}"
        for index, sensor in enumerate(sensors if isinstance(sensors, list) else [], 1)
        if sensor["type"] == "android.sensor.accelerometer"
    )
    return "\n".join([*lines, "Fusion States:", f"Recent Sensor events:\n{recent}Active sensors:", ""])


def _handle(system: AndroidSystem, index: int) -> str:
    """Android 12 and later tell a sensor's handle beside its name [unconfirmed]."""
    return f" (handle=0x{index:08x})" if system.sdk() >= 31 else ""


def _cameras(system: AndroidSystem, words: list[str]) -> str:
    facing = section(system.model, "cameras").get("facing")
    places = [str(place) for place in facing] if isinstance(facing, list) else []
    hal = system.form("camera HAL")
    lit = alive.alive(system.model).get("flash", True) is True
    text = (
        f"== Service global info: ==\n\nNumber of camera devices: {len(places)}\n"
        f"Number of normal camera devices: {len(places)}\n"
    )
    for index, place in enumerate(places):
        text += (
            f"== Camera HAL device device@{hal}/internal/{index} (v{hal}) static information: ==\n  Resource cost: 50\n"
            f"  Facing: {place[:1]}{place[1:].lower()}\n  API2 camera characteristics:\n"
            f"      android.lens.facing (80005): byte[1]\n        [{place}]\n"
            f"      android.flash.info.available (50000): byte[1]\n"
            f"        [{'TRUE' if place == 'BACK' and lit else 'FALSE'}]\n"
        ).replace(f"Facing: {place[:1]}{place[1:].lower()}", f"Facing: {place}")
    return text


def _thermal(system: AndroidSystem, words: list[str]) -> str:
    if system.form("dumpsys thermalservice") == "absent":
        return ""
    return (
        "IsStatusOverride: false\nThermalEventListeners:\n\tcallbacks: 2\nThermal Status: 0\nCached temperatures:\n"
        "\tTemperature{mValue=34.1, mType=3, mName=VIRTUAL-SKIN, mStatus=0}\n"
        "\tTemperature{mValue=29.1, mType=2, mName=battery, mStatus=0}\nHAL Ready: true\n"
        "Current temperatures from HAL:\n\tTemperature{mValue=34.1, mType=3, mName=VIRTUAL-SKIN, mStatus=0}\n"
    )


def _telephony(system: AndroidSystem, words: list[str]) -> str:
    inserted = system.lives.hardware.sim_inserted
    hears = alive.alive(system.model).get("network", "emergency") != "none"
    number = system.lives.owner.phone_number if inserted else ""
    return (
        "last known state:\n  Phone Id=0\n    mCallState=0\n    mRingingCallState=0\n    mCallIncomingNumber=\n"
        f"    mServiceState={{mVoiceRegState={'0(IN_SERVICE)' if inserted else '1(OUT_OF_SERVICE)'}, "
        f"mIsEmergencyOnly={str(not inserted and hears).lower()}}}\n"
        f"    mPhoneNumber={number}\n    mSignalStrength=SignalStrength:{{mLte=Invalid}}\n"
        f"    mDataConnectionState=0\n"
    )


def _isub(system: AndroidSystem, words: list[str]) -> str:
    number, iccid = system.lives.data.known_sim
    if system.form("dumpsys isub") == "controller":
        listed = (
            f"  {{id=1 iccId={iccid} simSlotIndex=-1 carrierId=1435 displayName=CMCC carrierName=CMCC number={number} "
            f"mcc=460 mnc=00}}\n"
            if iccid
            else ""
        )
        return (
            "SubscriptionController:\n defaultSubId=-1\n ++++++++++++++++++++++++++++++++\n ActiveSubInfoList:\n"
            f"++++++++++++++++++++++++++++++++\n AllSubInfoList:\n{listed}++++++++++++++++++++++++++++++++\n"
        )
    if not iccid:
        return "SubscriptionManagerService:\n  Logical SIM slot sub id mapping:\n  All subscriptions:\n"
    return (
        "SubscriptionManagerService:\n  All subscriptions:\n"
        f"    [SubscriptionInfoInternal: id=1 iccId={iccid} simSlotIndex=-1 displayName=CMCC number={number} "
        f"imsi={system.lives.owner.imsi} mcc=460 mnc=00]\n"
    )


def _display(system: AndroidSystem, words: list[str]) -> str:
    display = section(system.model, "display")
    new = system.form("dumpsys display") == "sf_mode"
    return (
        "DISPLAY MANAGER (dumpsys display)\n  mSafeMode=false\n  mPendingTraversal=false\nDisplay Adapters: size=4\n"
        f"  LocalDisplayAdapter\n    {'mActiveSfDisplayMode=DisplayMode{id=1, ' if new else 'PhysicalDisplayInfo{'}"
        f"width={display.get('width')}, height={display.get('height')}, xDpi=422.03, yDpi=424.069, "
        f"refreshRate={display.get('rate')}, appVsyncOffsetNanos=6233332, group=0}}\n  mBrightnessThrottler=...\n"
    )


def _bluetooth(system: AndroidSystem, words: list[str]) -> str:
    on = system.setting("global", "bluetooth_on") == "1"
    return (
        f"Bluetooth Status\n  enabled: {str(on).lower()}\n  state: {'ON' if on else 'OFF'}\n"
        f"  address: {alive.alive(system.model).get('bluetooth_address', 'XX:XX:XX:XX:47:11')}\n"
        f"  name: {system.setting('secure', 'bluetooth_name')}\n  time since enabled: 00:05:12.044\n\n"
        f"Bluetooth crashed {int(alive.number(system.model, 'bluetooth_crashes', 0))} times\nBonded devices:\n"
    )


def _nfc(system: AndroidSystem, words: list[str]) -> str:
    on = system.setting("secure", "nfc_on") == "1"
    return (
        f"mState={'on' if on else 'off'}\nmScreenState=ON_UNLOCKED\nmNfcSecureEnabled=true\nmIsSecureNfcEnabled=false\n"
    )


def _adb(system: AndroidSystem, words: list[str]) -> str:
    keys = system.lives.data.keys
    listed = "\n".join(f"QAAAA{key[:24]} {comment}" for key, comment in keys.items())
    connected = next((comment for key, comment in keys.items() if set(key) != {"0"}), "")
    return (
        "ADB MANAGER STATE (dumpsys adb):\n{\n  debugging_manager={\n    connected_to_adb=true\n"
        f"    last_key_received={connected}\n    user_keys={listed}\n\n"
        "    keystore=<?xml version='1.0' encoding='UTF-8' standalone='yes' ?>\n  }\n}\n"
    )


def _euicc(system: AndroidSystem, words: list[str]) -> str:
    return "===== BEGIN EUICC CLINIC =====\nmOps: \nActive profile: none\n===== END EUICC CLINIC =====\n"


def _usagestats(system: AndroidSystem, words: list[str]) -> str:
    packages = system.lives.data.packages
    rows = "".join(
        f'        package={name} totalTimeUsed="12:4{index}" lastTimeUsed="2025-11-2{index} 21:00:00" '
        f"appLaunchCount={index + 3}\n"
        for index, name in enumerate(packages)
    )
    return (
        f'User 0:\n  In-memory daily stats\n    timeRange="11/24/2025 - 11/25/2025"\n    packages\n'
        f"{rows}  In-memory weekly stats\n"
    )


def _diskstats(system: AndroidSystem, words: list[str]) -> str:
    blocks = int(str(section(system.model, "storage").get("data_kib", 0)))
    used = 48_000_000 if system.lives.data.packages else 6_300_000
    return (
        "Latency: 0ms [512B Data Write]\nRecent Disk Write Speed (kB/s) = 38112\n"
        f"Data-Free: {blocks - used}K / {blocks}K total = {(blocks - used) * 100 // blocks}% free\n"
        "Cache-Free: 0K / 0K total = 0% free\nSystem-Free: 0K / 839152K total = 0% free\n"
        "File-based Encryption: true\n"
    )


def _activity(system: AndroidSystem, words: list[str]) -> str:
    if words[:1] not in (["broadcasts"], ["b"]):
        return "ACTIVITY MANAGER SETTINGS (dumpsys activity settings)\n"
    cycles = system.lives.cell.cycles()
    extra = f" android.os.extra.CYCLE_COUNT={cycles}" if system.form("CYCLE_COUNT") == "extra" else ""
    return (
        "ACTIVITY MANAGER BROADCAST STATE (dumpsys activity broadcasts)\n  Sticky broadcasts for user -1:\n"
        "  * Sticky action android.intent.action.BATTERY_CHANGED:\n    Intent: flg=0x60000010 (has extras)\n"
        f"      Bundle[{{technology=Li-ion, health=2{extra}, level={system.lives.hardware.battery_level}}}]\n"
    )


def _package(system: AndroidSystem, words: list[str]) -> str:
    wanted = [name for name in system.lives.data.packages if not words or name == words[0]]
    return "Packages:\n" + "".join(
        f"  Package [{name}] (4711ab):\n    userId=10211\n    firstInstallTime={system.lives.data.packages[name]}\n"
        for name in wanted
    )


def _wifi(system: AndroidSystem, words: list[str]) -> str:
    on = system.setting("global", "wifi_on") == "1"
    names = "".join(
        f'ID: {index} SSID: "{name}" PROVIDER-NAME: null\n' for index, name in enumerate(system.lives.data.networks)
    )
    return (
        f"Wi-Fi is {'enabled' if on else 'disabled'}\nVerbose logging is off\n"
        f"WifiConfigManager - Configured networks Begin ----\n{names}{_heard(system) if on else ''}"
    )


def _heard(system: AndroidSystem) -> str:
    """Older systems print the last scan into the dump; a shell cannot have them scan anew."""
    heard = int(alive.number(system.model, "access_points", 3))
    if system.form("dumpsys wifi") != "scan_results" or not heard:
        return ""
    rows = "".join(
        f"  02:11:22:33:44:{index:02x}       2437    -5{index}      {31 + index}.250  {name}  [WPA2-PSK-CCMP][ESS]\n"
        for index, name in enumerate([system.lives.owner.wifi, "shop-bench", "TP-LINK_9A12"][:heard])
    )
    return f"Latest scan results:\n    BSSID              Frequency  RSSI    Age      SSID     Flags\n{rows}"


def _location(system: AndroidSystem, words: list[str]) -> str:
    return (
        "Location Manager State:\n  User Info:\n  Location Settings:\n  gps provider:\n    enabled=true\n"
        "    satellites: 0\n" + (alive.receiver(system.model) if system.sdk() >= 28 else "")
    )


def _dropbox(system: AndroidSystem, words: list[str]) -> str:
    entries = "" if system.lives.data.packages else "2025-12-07 09:41:12 SYSTEM_RECOVERY_LOG (text, 4096 bytes)\n"
    told = alive.dropped(system.model) + ([entries] if entries else [])
    return f"Drop box contents: {len(told)} entries\nMax entries: 1000\n{''.join(told)}"


def _fingerprint(system: AndroidSystem, words: list[str]) -> str:
    return system.inputs.fingers(system.lives.now_s, enrolled=system.setting("secure", "user_setup_complete") == "1")


def _biometric(system: AndroidSystem, words: list[str]) -> str:
    return alive.biometric(system.model) if system.sdk() >= 29 else ""


def _audio(system: AndroidSystem, words: list[str]) -> str:
    return alive.sound(system.model)


def _usb(system: AndroidSystem, words: list[str]) -> str:
    return alive.usb(system.model)


def _lock_settings(system: AndroidSystem, words: list[str]) -> str:
    locked = system.lives.data.lock_screen
    if system.form("dumpsys lock_settings") == "handle":
        kind, handle = "Pin" if locked else "None", "SP Handle: 4c13\n        Last changed: 1970-01-01 00:00:00 (0)"
    else:
        kind, handle = "PIN" if locked else "NONE", f"LSKF-based SP protector ID: {0x4C13:016x}"
    return (
        f"Current lock settings service state:\n\nUser State:\n    User 0\n        {handle}\n        SID: 0\n"
        f"        Quality: 0\n        CredentialType: {kind}\n        SeparateChallenge: false\n"
        "        Metrics: known\n\nStorage:\n"
    )


def _window(system: AndroidSystem, words: list[str]) -> str:
    locked = str(system.lives.data.lock_screen).lower()
    return (
        "WINDOW MANAGER POLICY STATE (dumpsys window policy)\n    mSafeMode=false mSystemReady=true\n"
        f"    KeyguardServiceDelegate\n      showing=false\n      secure={locked}\n      bootCompleted=true\n"
    )


DUMPS: dict[str, Dump] = {
    "lock_settings": _lock_settings,
    "window": _window,
    "account": _account,
    "device_policy": _device_policy,
    "battery": _battery,
    "batterystats": _batterystats,
    "persistent_data_block": _pdb,
    "user": _user,
    "sensorservice": _sensors,
    "media.camera": _cameras,
    "thermalservice": _thermal,
    "telephony.registry": _telephony,
    "isub": _isub,
    "display": _display,
    "bluetooth_manager": _bluetooth,
    "nfc": _nfc,
    "adb": _adb,
    "euicc": _euicc,
    "usagestats": _usagestats,
    "diskstats": _diskstats,
    "mount": mount,
    "activity": _activity,
    "package": _package,
    "wifi": _wifi,
    "location": _location,
    "dropbox": _dropbox,
    "fingerprint": _fingerprint,
    "biometric": _biometric,
    "media.audio_policy": _audio,
    "usb": _usb,
}
