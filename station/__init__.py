# SPDX-License-Identifier: GPL-3.0-or-later
"""One phone's way from plug to paper: ledger, jobs, command line."""
