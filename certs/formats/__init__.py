# SPDX-License-Identifier: GPL-3.0-or-later
"""Wire formats read and written byte by byte: DER, X.509, CMS, PDF signatures, time stamps."""
