# SPDX-License-Identifier: GPL-3.0-or-later
"""The rules of the page in the phone's own browser, asked in node."""

import json
import subprocess

from tools.make_detection import ROOT

_RULES = (ROOT / "grading" / "phone_checks").as_uri()
_SIMULATED = (ROOT / "tools" / "detection").as_uri()


def said_by(program: str) -> object:
    """What a few lines of JavaScript say, with every rule at hand, and simulated `sensors` and `lenses`."""
    imports = "".join(
        f"import * as {name} from {json.dumps(file)};\n"
        for name, file in (
            *((name, f"{_RULES}/{name}_rules.js") for name in ("touch", "sound", "camera", "motion")),
            *((name, f"{_SIMULATED}/{name}.mjs") for name in ("sensors", "lenses", "chance")),
        )
    )
    imports += "const random = chance.chance(7);\n"
    program = f"{imports}const said = () => {{ {program} }};\nprocess.stdout.write(JSON.stringify(said()));"
    done = subprocess.run(
        ["node", "--input-type=module", "-e", program], capture_output=True, check=True, timeout=120, text=True
    )
    return json.loads(done.stdout)
