# SPDX-License-Identifier: GPL-3.0-or-later
"""Measurements whose ratios hold within one run; `python -m benchmarks.run` or `make bench`."""
