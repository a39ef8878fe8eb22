# SPDX-License-Identifier: GPL-3.0-or-later
"""The transparency log as a service: its database, files, witnesses, server and client; and time stamps."""
