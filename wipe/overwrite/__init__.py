# SPDX-License-Identifier: GPL-3.0-or-later
"""The overwriting pass without any phone: what is written, how it lies in files, what is drawn, and the comparison."""
