# SPDX-License-Identifier: GPL-3.0-or-later
"""What the station prints for people: labels, manifests, reports. No verifier ever draws any of it again."""
