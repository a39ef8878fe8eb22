# SPDX-License-Identifier: GPL-3.0-or-later
"""The device side of the wire: phones written in Python, from documents, knowing nothing of the product.

Independent on purpose: a misunderstanding of the product's must not hide on both sides of the cable.
"""
