# SPDX-License-Identifier: GPL-3.0-or-later
"""The erase methods, one module a way, and the table that names them."""
