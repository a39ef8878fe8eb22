# SPDX-License-Identifier: GPL-3.0-or-later
"""The passphrase of a station for one shift: typed once, held by a process that forgets it by itself (ADR 0018)."""
