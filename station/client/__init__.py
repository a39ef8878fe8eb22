# SPDX-License-Identifier: GPL-3.0-or-later
"""A thin client of the service's API, for programs in Python: documents come as the types they were written from, and
refusals as the errors they are. Our own command line uses it beside a running service.
"""
