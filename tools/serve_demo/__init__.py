# SPDX-License-Identifier: GPL-3.0-or-later
"""The service on a bench of virtual phones that come and go, for whoever wants to see it: `make serve-demo`."""
