# SPDX-License-Identifier: GPL-3.0-or-later
"""A job's phone is measured, before its erase and after it, as far as a profile asks."""

from station.checking.act import Profile, Scene
from station.checking.flow import Hanging, Skips, done, run_acts, skipped
from station.checking.table import acts_of
from station.ledger.job import Job

_PROFILE = "host.check_profile"


def measure(job: Job, scene: Scene, profile: Profile, skips: Skips) -> Hanging:
    """Every act of that profile at the scene's moment, but those that an earlier run of the station has done already,
    or that a person has skipped in this job.
    That the phone was to be measured is kept before: the scheme of its grade follows from it.

    Raises: BenchError, LedgerError.
    """
    if not any(piece.asked == _PROFILE for piece in job.evidence):
        scene.phone.record_host_fact(_PROFILE, {_PROFILE: profile.value}, scene.moment)
    acts = acts_of(profile, scene.platform, scene.moment)
    return run_acts(
        acts, scene, but=done(job.evidence) | skipped(job.evidence), skips=skips, meant=job.opened.usb_serial
    )
