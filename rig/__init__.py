# SPDX-License-Identifier: GPL-3.0-or-later
"""A small virtual machine in which virtual phones hang on a real USB stack. See README.md beside this file."""
