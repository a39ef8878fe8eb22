# SPDX-License-Identifier: GPL-3.0-or-later
"""What the API answers, a module a subject: each route reads a request, calls one function and tells the result."""
