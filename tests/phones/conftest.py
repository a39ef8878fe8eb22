# SPDX-License-Identifier: GPL-3.0-or-later
"""Lets the tests of this room share tests/phones/smart_socket.py under importlib mode."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
