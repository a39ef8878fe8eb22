# SPDX-License-Identifier: GPL-3.0-or-later
"""What the USB bus itself shows: ports, ids, who came and who went."""
