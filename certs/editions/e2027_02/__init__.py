# SPDX-License-Identifier: GPL-3.0-or-later
"""Edition 2027.02, made by `make release-edition NAME=2027.02`. Never change anything here."""
