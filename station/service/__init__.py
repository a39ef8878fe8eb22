# SPDX-License-Identifier: GPL-3.0-or-later
"""The station as a service: one process that holds the bench all day, and an API whose clients everybody else is."""
