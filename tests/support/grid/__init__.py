# SPDX-License-Identifier: GPL-3.0-or-later
"""Route x misbehaviour: lives drawn by number, lived in virtual time, and judged by what the phone itself knows."""
