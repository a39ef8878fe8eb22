# SPDX-License-Identifier: GPL-3.0-or-later
"""The transparency log: what a bench began, issued, replaced and withdrew, so that none of it can be taken back."""
