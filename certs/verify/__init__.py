# SPDX-License-Identifier: GPL-3.0-or-later
"""Is this paper what it says it is? The checks, their order, and the answer."""
