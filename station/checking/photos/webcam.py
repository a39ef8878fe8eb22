# SPDX-License-Identifier: GPL-3.0-or-later
"""One frame of a USB camera on the bench, by ffmpeg where it is installed (Video4Linux). Not tried with any camera."""

import re
import shutil
import subprocess

from station.checking.photos.picture import LARGEST_FILE, PictureError

_DEVICE = re.compile(r"/dev/video[0-9]{1,3}")
_WAIT_S = 20.0
_SETTLES = 15  # frames until exposure and focus of a cheap camera have settled; ours, not measured


def frame(device: str) -> bytes:
    """A PNG. Raises: PictureError: `no_ffmpeg` here, or `no_frame` from that camera in time."""
    if not _DEVICE.fullmatch(device):
        raise PictureError("no_frame")
    ffmpeg = shutil.which("ffmpeg")
    if ffmpeg is None:
        raise PictureError("no_ffmpeg")
    asked = ["-hide_banner", "-loglevel", "error", "-nostdin", "-f", "v4l2", "-i", device]
    wanted = ["-vf", f"select=gte(n\\,{_SETTLES})", "-frames:v", "1", "-f", "image2pipe", "-c:v", "png", "pipe:1"]
    try:
        done = subprocess.run(
            [ffmpeg, *asked, *wanted], stdin=subprocess.DEVNULL, capture_output=True, timeout=_WAIT_S, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise PictureError("no_frame") from error
    if done.returncode != 0 or not done.stdout:
        raise PictureError("no_frame")
    return done.stdout[: LARGEST_FILE + 1]
