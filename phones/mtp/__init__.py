# SPDX-License-Identifier: GPL-3.0-or-later
"""Who a phone with debugging off is, as far as file transfer tells it: no session, no files."""
