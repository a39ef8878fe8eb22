# SPDX-License-Identifier: GPL-3.0-or-later
"""Boots the guest: QEMU without KVM, a stock Debian kernel, the host's root read-only, one folder for the job."""

import os
import shlex
import shutil
import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from rig import initramfs
from rig.packages import Kernel

MODULES = (
    "virtio_pci",
    "virtio_rng",
    "9p",
    "9pnet_virtio",
    "overlay",
    "usbcore",
    "vhci_hcd",
    "cdc_acm",
)
MEMORY_MB = 2048
MARKER = "USB-RIG-EXIT "
REPOSITORY = Path(__file__).resolve().parents[1]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """How a guest ended: the job's exit status (None when it never said one), and seconds in all."""

    status: int | None
    seconds: float


class Machine:
    """One kind of guest; `run` boots a fresh one each time."""

    def __init__(self, kernel: Kernel, folder: Path) -> None:
        self._kernel = kernel
        self._folder = folder

    def run(
        self,
        command: Sequence[str],
        *,
        job: Path,
        environment: Mapping[str, str],
        timeout_s: float,
        say: Callable[[str], None],
        interactive: bool = False,
    ) -> Ended:
        """Boot, run `command` in the guest with `job` writable at /run/job, power off. The guest ends with us."""
        job.mkdir(parents=True, exist_ok=True)
        passed = {name: value for name, value in os.environ.items() if name.startswith("USB_RIG_")}
        settings = "".join(f"export {name}={shlex.quote(value)}\n" for name, value in {**passed, **environment}.items())
        place = shlex.quote(str(REPOSITORY))
        (job / "run.sh").write_text(f"{settings}cd {place}\nexec {shlex.join(command)}\n", encoding="utf-8")
        (job / "interactive").unlink(missing_ok=True)
        if interactive:
            (job / "interactive").touch()
        started = time.monotonic()
        process = subprocess.Popen(
            self._command(job),
            stdin=None if interactive else subprocess.DEVNULL,
            stdout=None if interactive else subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        clock = threading.Timer(timeout_s, process.kill)
        clock.daemon = True
        clock.start()
        status: int | None = None
        try:
            if interactive:
                process.wait()
                return Ended(status=0, seconds=time.monotonic() - started)
            assert process.stdout is not None
            for raw in process.stdout:
                line = raw.decode("utf-8", "replace").rstrip()
                if line.startswith(MARKER):
                    status = int(line.removeprefix(MARKER))
                else:
                    say(line)
            process.wait()
        finally:
            clock.cancel()
            if process.poll() is None:
                process.kill()
                process.wait()
        return Ended(status=status, seconds=time.monotonic() - started)

    def _command(self, job: Path) -> list[str]:
        # Never KVM because there is a /dev/kvm: inside another virtual machine it is there and hangs.
        accelerator = os.environ.get("USB_RIG_ACCEL", "tcg,thread=multi")
        return [
            "qemu-system-x86_64",
            "-accel",
            accelerator,
            "-cpu",
            "max",
            "-smp",
            "2",
            "-m",
            str(MEMORY_MB),
            "-nodefaults",
            "-no-reboot",
            "-display",
            "none",
            "-serial",
            "stdio",
            "-nic",
            "none",
            "-kernel",
            str(self._kernel.image),
            "-initrd",
            str(self._initramfs()),
            "-append",
            "console=ttyS0 loglevel=2 panic=-1 mitigations=off nokaslr tsc=reliable no_timer_check",
            "-virtfs",
            "local,path=/,mount_tag=host,security_model=none,readonly=on,multidevs=remap",
            "-virtfs",
            f"local,path={job},mount_tag=job,security_model=none,multidevs=remap",
            "-device",
            "virtio-rng-pci",
        ]

    def _initramfs(self) -> Path:
        busybox = shutil.which("busybox")
        if busybox is None:
            raise initramfs.InitramfsError("no busybox")
        init = (Path(__file__).parent / "init.sh").read_text(encoding="utf-8")
        target = self._folder / "initramfs.gz"
        target.write_bytes(initramfs.build(self._kernel.modules, MODULES, busybox=Path(busybox), init=init))
        return target
