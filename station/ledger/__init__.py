# SPDX-License-Identifier: GPL-3.0-or-later
"""The history of every job, append-only, in one SQLite file."""
