# SPDX-License-Identifier: GPL-3.0-or-later
"""Watched over the cable while a person acts: keys, switches, the screen's digitiser, sensors, finger and face.

Each act asks a person for something, says at once what is still missing, and keeps what was seen of it: both states,
or the sign that it was not seen. It ends when all is seen, when the person skips it, or when their time is over.
"""
