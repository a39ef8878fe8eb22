# SPDX-License-Identifier: GPL-3.0-or-later
"""A campaign: as many drawn lives as there is time for, counted, and told in docs/campaign.md."""
