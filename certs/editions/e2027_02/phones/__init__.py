# SPDX-License-Identifier: GPL-3.0-or-later
"""What a phone is and how to talk to it. Imports no other room."""
