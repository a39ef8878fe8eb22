# SPDX-License-Identifier: GPL-3.0-or-later
"""Edition 2026.11, made by `make release-edition NAME=2026.11`. Never change anything here."""
