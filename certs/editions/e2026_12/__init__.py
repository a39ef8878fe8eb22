# SPDX-License-Identifier: GPL-3.0-or-later
"""Edition 2026.12, made by `make release-edition NAME=2026.12`. Never change anything here."""
