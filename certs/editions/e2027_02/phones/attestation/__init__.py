# SPDX-License-Identifier: GPL-3.0-or-later
"""Hardware attestation of Android phones: read a certificate chain, judge it against a dated set of roots."""
