# SPDX-License-Identifier: GPL-3.0-or-later
"""The record: its schema, how it is made from a job, and how it is computed again from its evidence."""
