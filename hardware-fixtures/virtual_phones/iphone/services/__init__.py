# SPDX-License-Identifier: GPL-3.0-or-later
"""The services lockdownd can start on a virtual iPhone, by name."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from virtual_phones.iphone.services.activation import ActivationService
from virtual_phones.iphone.services.afc import CrashReportCopyService, MediaService
from virtual_phones.iphone.services.crash_mover import CrashReportMoverService
from virtual_phones.iphone.services.diagnostics import DiagnosticsService
from virtual_phones.iphone.services.installation_proxy import InstallationProxyService
from virtual_phones.iphone.services.mcinstall import MCInstallService
from virtual_phones.iphone.services.mobilebackup2 import BackupService
from virtual_phones.iphone.services.service import Service
from virtual_phones.iphone.services.syslog_relay import SyslogRelayService

if TYPE_CHECKING:
    from virtual_phones.iphone.phone import IPhone

SERVICES: "dict[str, Callable[[IPhone], Service]]" = {
    "com.apple.afc": MediaService,
    "com.apple.crashreportcopymobile": CrashReportCopyService,
    "com.apple.crashreportmover": CrashReportMoverService,
    "com.apple.mobile.MCInstall": MCInstallService,
    "com.apple.mobile.diagnostics_relay": DiagnosticsService,
    "com.apple.mobile.installation_proxy": InstallationProxyService,
    "com.apple.mobileactivationd": ActivationService,
    "com.apple.mobilebackup2": BackupService,
    "com.apple.syslog_relay": SyslogRelayService,
}
