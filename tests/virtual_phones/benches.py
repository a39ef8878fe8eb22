# SPDX-License-Identifier: GPL-3.0-or-later
"""What the fixtures of this folder hand over."""

from collections.abc import Callable, Mapping
from pathlib import Path

from virtual_phones.bench.remote import RemoteBench

Scenario = Mapping[str, object]
"""A scenario as its file holds it."""

StartBench = Callable[[Scenario | Path], RemoteBench]
"""Starts a bench process of its own from a scenario or its file."""
