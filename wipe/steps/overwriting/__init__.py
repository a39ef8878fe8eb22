# SPDX-License-Identifier: GPL-3.0-or-later
"""The overwriting pass on a phone with a shell: measure, fill, restart, read back, remove.

Every step only looks or can be repeated: after a crash it looks at what is there and goes on. Nothing that the phone
says of its files is believed; what counts is what it gives back after a restart.
"""
