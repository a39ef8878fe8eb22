# SPDX-License-Identifier: GPL-3.0-or-later
"""What an iPhone of a model was built with, and what those of a model are known to tell: so that a part that is not
there, and one of which no phone of its model has been seen to speak, are told from one that does not answer.

Only what is the same for every iPhone of a model stands here, and only of models that our own table of models knows:
of any other nothing is said, and whatever it does not tell stays untested. Sources: Apple's pages of technical
specifications as public device tables repeat them [read: tables of product types; not looked up one by one]; what is
told: public scans of an iPhone 11, 12 mini, 14 Pro Max, 15 and 17 Pro Max.
"""

import re

from phones.apple.models import model_of

FACE_ID, UWB = "face_id", "uwb"
RADIO_CHIP, FLASH_NUMBER, COMPASS_NUMBER = "radio_chip", "flash_number", "compass_number"
PANEL_AUTH, BATTERY_AUTH = "panel_auth", "battery_auth"
_IPHONE = re.compile(r"iPhone([0-9]{1,3}),([0-9]{1,3})")
_OF_THE_SE = frozenset({"iPhone8,4", "iPhone12,8", "iPhone14,6"})
_WITHOUT_UWB = _OF_THE_SE | {"iPhone17,5"}
_FIRST_WITH_FACE_ID = {"iPhone10,3", "iPhone10,6"}  # the iPhone X; the iPhone 8 is of the same family
_FIRST_FAMILY_ALL_FACE_ID = 11
_FIRST_FAMILY_WITH_UWB = 12
_FIRST_FAMILY_TO_TELL = {RADIO_CHIP: 18, FLASH_NUMBER: 18, COMPASS_NUMBER: 15, PANEL_AUTH: 18, BATTERY_AUTH: 18}
_EARLIER_TO_TELL = {PANEL_AUTH: frozenset({"iPhone12,1", "iPhone13,1"})}
_NOT_KNOWN = frozenset({"iPhone18,5"})
"""The iPhone 17e: nobody whom we read says what it has or tells."""


def is_built_without(product_type: str, part: str) -> bool:
    """Is it known that no iPhone of this model has the part? False too for a model that is not known."""
    found = _IPHONE.fullmatch(product_type)
    if found is None or model_of(product_type) is None or product_type in _NOT_KNOWN:
        return False
    family = int(found[1])
    if part == FACE_ID:
        has_it = family >= _FIRST_FAMILY_ALL_FACE_ID or product_type in _FIRST_WITH_FACE_ID
        return not has_it or product_type in _OF_THE_SE
    if part == UWB:
        return family < _FIRST_FAMILY_WITH_UWB or product_type in _WITHOUT_UWB
    return False


def is_not_known_to_tell(product_type: str, what: str) -> bool:
    """Has nobody seen an iPhone of this model, or an earlier one, tell it? False too for a model that is not known."""
    found = _IPHONE.fullmatch(product_type)
    if found is None or model_of(product_type) is None or product_type in _NOT_KNOWN:
        return False
    return int(found[1]) < _FIRST_FAMILY_TO_TELL[what] and product_type not in _EARLIER_TO_TELL.get(what, ())
