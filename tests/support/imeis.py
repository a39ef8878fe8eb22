# SPDX-License-Identifier: GPL-3.0-or-later
"""IMEIs of virtual phones; read where a guest cannot wait for all of the product to be read."""


def imei(number: int) -> str:
    """A well-formed IMEI, a different one for each number."""
    digits = f"35391811{number % 1_000_000:06d}"
    doubled = [int(digit) * (1 + place % 2) for place, digit in enumerate(digits)]
    return digits + str(-sum(value // 10 + value % 10 for value in doubled) % 10)
