# SPDX-License-Identifier: GPL-3.0-or-later
"""Stands in for Pillow's module of this name when reportlab is imported. Nothing of it may be called."""


class Image:
    """No picture is ever one of these."""
