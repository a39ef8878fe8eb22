# SPDX-License-Identifier: GPL-3.0-or-later
"""The people of the demo: one plugs phones in, confirms, presses and answers; one validates. Both are clients of the
API like everybody else, and both are slow, so that whoever looks on can be faster.

What is asked about a phone's screen they read from that phone; the rest they make up, which is why every paper says
SPECIMEN.
"""

import random
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from phones.errors import ProofwipeError
from station.client.connection import Connection
from station.session.technician import SEEN
from tools.serve_demo.visitors import SLOTS, Visitors
from virtual_phones.bench.control import ControlError
from virtual_phones.bench.remote import RemoteBench

PRESSES: Mapping[str, str] = MappingProxyType(
    {
        "unauthorized": "accept_adb",
        "trust_pending": "trust",
        "no_debugging": "enable_adb",
        "account_present": "remove_accounts",
        "sim_present": "remove_sim",
    }
)
"""Problem → what somebody does on the phone about it; with others a phone is taken away again."""
INSTRUCTED: Mapping[str, str] = MappingProxyType(
    {
        "reset_in_settings": "erase_in_settings",
        "open_again": "open_again",
        "restart_from_recovery": "restart_from_menu",
    }
)
ANSWERS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "battery_swollen": ("no",),
        "cosmetic_front": ("A", "A", "B", "C"),
        "cosmetic_back": ("A", "B", "B"),
        "cosmetic_frame": ("A", "B"),
        "screen": ("ok",),
        "touch": ("ok",),
        "buttons": ("ok",),
        "sound": ("ok",),
        "cameras": ("ok", "ok", "ok", "fails"),
        "charging": ("ok",),
        "parts": ("original",),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """Seconds that these people let pass, for whoever looks on: before they confirm, press or answer, before they
    validate, before a phone that is done or that nobody can help is taken away, and before the next one comes.
    """

    confirm_s: float = 12.0
    press_s: float = 14.0
    answer_s: float = 15.0
    decide_s: float = 75.0
    take_away_s: float = 20.0
    give_up_s: float = 60.0
    next_s: float = 5.0


@dataclass(slots=True, kw_only=True)
class People:
    """`technician`, `validator`: connections with their rights. `step` is called about once a second."""

    technician: Connection
    validator: Connection
    bench: RemoteBench
    visitors: Visitors
    patience: Patience = field(default_factory=Patience)
    chance: random.Random = field(default_factory=random.Random)
    _since: dict[tuple[str, ...], float] = field(default_factory=dict)
    _met: set[tuple[str, ...]] = field(default_factory=set)
    _empty: dict[str, float] = field(default_factory=dict)

    def step(self) -> None:
        """Look at everything once, and do what is due. Raises: SessionLostError when the service is gone."""
        self._met = set()
        phones = self.technician.get("/v1/phones")["phones"]
        for each in phones:
            self._look_at(each)
        for asked in self.technician.get("/v1/questions")["questions"]:
            if self._due(self.patience.answer_s, "answer", asked["question_id"]):
                self._answer(asked)
        for job in self.validator.get("/v1/jobs", awaiting=True)["jobs"]:
            if self._due(self.patience.decide_s, "decide", job["job"]):
                self._decide(job)
        self._plug_in()
        self._since = {key: since for key, since in self._since.items() if key in self._met}

    def follow(self) -> None:
        """Do what the program tells a person to do at a phone, which comes as events only; until the process ends."""
        while True:
            try:
                with self.technician.events(seconds=60.0, kind="instruction") as events:
                    for event in events:
                        port, key = str(event.document["port"]), str(event.document["instruction"])
                        threading.Thread(target=self.instructed, args=(port, key), daemon=True).start()
            except ProofwipeError:
                time.sleep(1.0)

    def instructed(self, port: str, instruction: str) -> None:
        """The program told a person to do something at a phone."""
        if instruction in INSTRUCTED:
            time.sleep(min(self.patience.press_s, 5.0))
            self._press(port, INSTRUCTED[instruction])

    def _look_at(self, phone: Mapping[str, Any]) -> None:
        port, state, job = phone["port"], phone["state"], phone["job"] or ""
        codes = [each["code"] for each in phone["state_reasons"]]
        if state == "to_confirm" and self._due(self.patience.confirm_s, "confirm", port):
            self._confirm(port)
        helped = [code for code in codes if code in PRESSES]
        if helped and self._due(self.patience.press_s, "press", port, helped[0]):
            self._press(port, PRESSES[helped[0]])
            self._forget("press", port, helped[0])
        elif state == "blocked" and not helped and self._due(self.patience.give_up_s, "give up", port):
            if job:
                self._try(self.technician, f"/v1/jobs/{job}/abandon", {})
            self._take_away(port)
        if state == "finished" and self._due(self.patience.take_away_s, "take away", port, job):
            self._take_away(port)

    # -- what they do -----------------------------------------------------------------------------------

    def _confirm(self, port: str) -> None:
        """The number is read from the phone, as a scanner reads it from its box."""
        serial = next((str(each["serial"]) for each in self.bench.phones() if each["port"] == port), "")
        plan = self._try(self.technician, "/v1/plans", {"phone": port})
        if plan is not None and plan["shows"]["can_begin"]:
            confirmed = {"plan_hash": plan["plan_hash"], "number": serial}
            self._try(self.technician, f"/v1/plans/{plan['plan']}/confirm", confirmed, key=f"demo-{plan['plan']}")
        self._forget("confirm", port)

    def _answer(self, asked: Mapping[str, Any]) -> None:
        key, choices = asked["question"], asked["choices"]
        answer: str | None = self.chance.choice(ANSWERS.get(key, ("",)))
        if key in SEEN:
            answer = SEEN[key].get(self._screen(asked["port"]))
        choice = answer if answer in choices else None
        self._try(self.technician, f"/v1/questions/{asked['question_id']}/answer", {"choice": choice})

    def _decide(self, job: Mapping[str, Any]) -> None:
        body = {"accept": True, "seen": job["awaiting_record"]}
        if self.chance.random() < 0.1:
            body |= {"accept": False, "grounds": "Scratch on the frame that the grade does not tell of."}
        self._try(self.validator, f"/v1/jobs/{job['job']}/decision", body)

    def _take_away(self, port: str) -> None:
        self.bench.unplug(port)
        self._empty[port] = time.monotonic()

    def _plug_in(self) -> None:
        now = time.monotonic()
        for port, since in [*self._empty.items()]:
            if now - since >= self.patience.next_s:
                body = self.visitors.next(SLOTS[port][1])
                self.bench.swap(port, {**body, "absence": 0, "gap_s": 0.0})
                time.sleep(0.2)  # a bench looks at its ports twenty-five times a second
                self.bench.plug(port)
                del self._empty[port]

    def _press(self, port: str, action: str) -> None:
        try:
            self.bench.press(port, action)
        except ControlError:
            return  # that phone has no such thing, and stays blocked

    def _screen(self, port: str) -> str:
        try:
            return self.bench.screen(port)
        except ControlError:
            return ""

    def _try(self, by: Connection, path: str, body: Mapping[str, object], *, key: str = "") -> Any:
        """What came of it; None when it was refused: somebody else was faster."""
        try:
            return by.post(path, body, key=key)
        except ProofwipeError:
            return None

    # -- since when -------------------------------------------------------------------------------------

    def _due(self, seconds: float, *what: str) -> bool:
        """Has that been so for as long?"""
        self._met.add(what)
        return time.monotonic() - self._since.setdefault(what, time.monotonic()) >= seconds

    def _forget(self, *what: str) -> None:
        self._since.pop(what, None)
        self._met.discard(what)
