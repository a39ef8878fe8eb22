# SPDX-License-Identifier: GPL-3.0-or-later
"""Every JSON document and line that programs get: its fields are written down once, here, as types."""
