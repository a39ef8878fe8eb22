# SPDX-License-Identifier: GPL-3.0-or-later
"""Management without supervision is management; a carrier's lock is told of where the phone tells it."""

from typing import Any

import pytest

from phones.apple.exchanges import enrolment
from phones.apple.inspection import inspection_question
from phones.apple.parts import PartAnswer, encode
from phones.link import Reply

EMPTY = {"IsSupervised": False, "IsMandatory": False, "AllowPairing": True, "CloudConfigurationUIComplete": True}


# Keys as in public logs of CPFetchActivationRecord and in go-ios (ios/mcinstall); names of organisations are dropped.
@pytest.mark.parametrize(
    ("configuration", "managed"),
    [
        (EMPTY, False),
        ({**EMPTY, "IsSupervised": True}, True),
        ({**EMPTY, "IsMandatory": True}, True),
        ({**EMPTY, "IsMDMUnremovable": True}, True),
        ({**EMPTY, "IsMDMUnremovable": 1}, True),
        ({**EMPTY, "IsMDMUnremovable": False}, False),
        ({**EMPTY, "IsMultiUser": True}, True),
        ({**EMPTY, "AwaitDeviceConfigured": True}, True),
        ({**EMPTY, "ConfigurationURL": "https://mdm.example/cloudenroll"}, True),
        ({**EMPTY, "ConfigurationURL": ""}, False),
        ({**EMPTY, "ConfigurationWebURL": "https://mdm.example/enroll"}, True),
        ({"IsMandatory": True}, True),  # says nothing of supervision, and enough
        ({"ConfigurationURL": "https://mdm.example/cloudenroll"}, True),
        ({"IsMandatory": False}, None),
        ({**EMPTY, "IsMandatory": 0}, False),
        ({**EMPTY, "IsMandatory": "yes"}, None),  # a flag that says neither is not a flag that is off
        ({**EMPTY, "IsMandatory": None}, None),
        ({**EMPTY, "IsMDMUnremovable": 2}, None),
        ({**EMPTY, "IsMultiUser": ""}, None),
        ({**EMPTY, "AwaitDeviceConfigured": [True]}, None),
        ({**EMPTY, "IsSupervised": 0}, False),
        ({**EMPTY, "IsMandatory": "yes", "IsMultiUser": True}, True),
        ({**EMPTY, "IsMandatory": "yes", "ConfigurationURL": "https://mdm.example/enroll"}, True),
        ({}, None),
        (None, None),
    ],
)
def test_whoever_must_enrol_is_managed(configuration: dict[str, Any] | None, managed: bool | None) -> None:
    found = enrolment(configuration)
    assert found == (None if managed is None else {"supervised": managed})


def read(**answers: str) -> dict[str, str]:
    body = encode({name: PartAnswer(status="ok", value=text) for name, text in answers.items()})
    return dict(inspection_question(timeout_s=1).read(Reply(body=body)))


def test_a_carriers_lock_is_told_and_its_absence_is_not() -> None:
    assert read(SIMStatus="kCTSIMSupportSIMStatusOperatorLocked")["locks.sim_lock"] == "locked"
    assert read(ActivationState="MismatchedICCID")["locks.sim_lock"] == "locked"
    assert "locks.sim_lock" not in read(SIMStatus="kCTSIMSupportSIMStatusReady", ActivationState="Activated")
    assert "locks.sim_lock" not in read(SIMStatus="kCTSIMSupportSIMStatusNotInserted")
