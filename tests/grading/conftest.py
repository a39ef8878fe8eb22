# SPDX-License-Identifier: GPL-3.0-or-later
"""Lets the tests of this room share what test_checks.py makes, under importlib mode."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
