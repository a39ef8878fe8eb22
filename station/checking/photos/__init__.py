# SPDX-License-Identifier: GPL-3.0-or-later
"""Six photos of a phone that holds nobody's data any more, each with the job's one-time code on a card."""
