# SPDX-License-Identifier: GPL-3.0-or-later
"""A session at work answers other commands of its station through a socket in the station's folder."""
