# SPDX-License-Identifier: GPL-3.0-or-later
"""The full-screen bench: lines (pure text), widgets, the application."""
