# SPDX-License-Identifier: GPL-3.0-or-later
"""Many virtual phones at once, driven by scenario files and by a control socket."""
