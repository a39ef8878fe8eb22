# SPDX-License-Identifier: GPL-3.0-or-later
"""iPhones through pymobiledevice3: the driver, what is asked, and how answers are read."""
