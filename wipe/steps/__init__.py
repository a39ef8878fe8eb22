# SPDX-License-Identifier: GPL-3.0-or-later
"""What erase methods share: waiting for a return, marks, looks at the phone, preconditions."""
