# SPDX-License-Identifier: GPL-3.0-or-later
"""Talking to boot loaders: fastboot over USB."""
