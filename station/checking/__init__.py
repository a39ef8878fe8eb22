# SPDX-License-Identifier: GPL-3.0-or-later
"""The technician's minute: a phone is measured, over the cable, in its own browser, and while a person acts."""
