# SPDX-License-Identifier: GPL-3.0-or-later
"""The one tree of errors. Every room hangs its own below `ProofwipeError`.

    ProofwipeError
    ├── PhoneError            one phone's exchange went wrong; the bench goes on
    │   ├── PhoneLostError        the link broke or the phone is not there
    │   ├── PhoneSilentError      no answer within the timeout
    │   ├── PhoneRefusedError     the phone answered no (`reason` is a code of ours)
    │   └── ReplyMalformedError   the answer is not of the documented shape
    └── BenchError            the bench itself cannot work
        ├── AdbServerError        our private adb server cannot be started or reached
        ├── ForeignAdbServerError another server answers on our port; never touched
        ├── UsbmuxError           no usbmuxd, so no iPhones
        └── UsbAccessError        the USB bus cannot be read

Each class has a `code`; the sentence (reason) and the next step (hint) for that code stand in
`words.toml` of the room, in English and Chinese, under `[error.<code>]`, with the facts filled in.
"""

from typing import ClassVar

from phones.words import say


class ProofwipeError(Exception):
    """Something went wrong: with what (`subject`), in which step, what was expected, what came.

    `reason` and `hint` are for people: one sentence and one next step, from the facts named in the sentence.
    `step`, `expected` and `got` are for whoever mends it: they stand in `details`, which goes to the log and is shown
    with `--verbose`. Text from phones must already be cleaned (`phones.cleaning`).
    """

    code: ClassVar[str] = "internal"
    exit_code: ClassVar[int] = 1

    def __init__(self, *, subject: str = "", step: str = "", expected: str = "", got: str = "", **facts: str) -> None:
        self.subject = subject
        self.step = step
        self.expected = expected
        self.got = got
        self.facts = {"subject": subject, "step": step, "expected": expected, "got": got, **facts}
        super().__init__(f"{self.reason()} [{self.details()}]")

    def reason(self, language: str = "en") -> str:
        """One sentence: what happened."""
        return say(f"error.{self.code}.reason", language, **self.facts)

    def hint(self, language: str = "en") -> str:
        """One sentence: what the person does next."""
        return say(f"error.{self.code}.hint", language, **self.facts)

    def details(self) -> str:
        """The code and every known fact on one line, in English, for the log and for `--verbose`."""
        known = [f"{name}={value}" for name, value in self.facts.items() if value]
        return f"{self.code}: {', '.join(known)}" if known else self.code


class PhoneError(ProofwipeError):
    """One phone's exchange went wrong; the bench goes on.

    `word`: what the phone or who speaks for it said, as it travels (`phones.refusals`), "" when nothing was said. It
    has a sentence and a next step of its own.
    """

    code = "phone"

    def __init__(
        self, *, subject: str = "", step: str = "", expected: str = "", got: str = "", word: str = "", **facts: str
    ) -> None:
        self.word = word
        super().__init__(subject=subject, step=step, expected=expected, got=got, word=word, **facts)

    def reason(self, language: str = "en") -> str:
        """See ProofwipeError.reason."""
        from phones.refusals import reason  # loaded by who says one

        return reason(self.word, "", language) if self.word else super().reason(language)

    def hint(self, language: str = "en") -> str:
        """See ProofwipeError.hint."""
        from phones.refusals import next_step  # loaded by who says one

        return next_step(self.word, "", language) if self.word else super().hint(language)


class PhoneLostError(PhoneError):
    """The link broke, or nothing hangs on the port."""

    code = "phone_lost"
    exit_code = 5


class PhoneSilentError(PhoneError):
    """No answer within the timeout."""

    code = "phone_silent"
    exit_code = 5


class PhoneRefusedError(PhoneError):
    """The phone answered no. `reason_code` is one of our words: unauthorized, closed, locked, prohibited ..."""

    code = "phone_refused"
    exit_code = 4

    def __init__(
        self, *, reason_code: str, subject: str = "", step: str = "", expected: str = "", got: str = "", word: str = ""
    ) -> None:
        self.reason_code = reason_code
        super().__init__(subject=subject, step=step, expected=expected, got=got, word=word, reason_code=reason_code)

    def reason(self, language: str = "en") -> str:
        """See ProofwipeError.reason."""
        from phones.refusals import reason  # loaded by who says one

        return reason(self.word, self.reason_code, language)

    def hint(self, language: str = "en") -> str:
        """See ProofwipeError.hint."""
        from phones.refusals import next_step  # loaded by who says one

        return next_step(self.word, self.reason_code, language)


class ReplyMalformedError(PhoneError):
    """The answer is not of the documented shape."""

    code = "reply_malformed"


class BenchError(ProofwipeError):
    """The bench itself cannot work."""

    code = "bench"


class AdbServerError(BenchError):
    """Our private adb server cannot be started or reached."""

    code = "adb_server"


class ForeignAdbServerError(BenchError):
    """A server we did not start answers on our port. It is never touched."""

    code = "foreign_adb_server"


class UsbmuxError(BenchError):
    """No usbmuxd answers, so no iPhone can be seen; or it answers that it is too old (`word`, see PhoneError)."""

    code = "usbmux"

    def __init__(
        self, *, subject: str = "", step: str = "", expected: str = "", got: str = "", word: str = "", **facts: str
    ) -> None:
        self.word = word
        super().__init__(subject=subject, step=step, expected=expected, got=got, word=word, **facts)

    def reason(self, language: str = "en") -> str:
        """See ProofwipeError.reason."""
        from phones.refusals import reason  # loaded by who says one

        return reason(self.word, "", language) if self.word else super().reason(language)

    def hint(self, language: str = "en") -> str:
        """See ProofwipeError.hint."""
        from phones.refusals import next_step  # loaded by who says one

        return next_step(self.word, "", language) if self.word else super().hint(language)


class UsbAccessError(BenchError):
    """The USB bus cannot be read."""

    code = "usb_access"
