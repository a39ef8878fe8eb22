# SPDX-License-Identifier: GPL-3.0-or-later
"""From a finished job to its signed paper, its place in the log, and a person's decision."""
