# SPDX-License-Identifier: GPL-3.0-or-later
"""The station's own errors.

ProofwipeError
├── OutOfOrderError       a move the table does not allow, or one that can show nothing: a bug of ours
├── LedgerError           the ledger cannot be opened, read or written
│   ├── LedgerCorruptError    its chain is broken
│   ├── LedgerListsError      what lists are read from does not say what the entries say
│   └── LedgerFullError       disk full or read-only: nothing was lost, nothing more is begun
├── FileNotWrittenError   a file or folder cannot be written
├── DiskNearlyFullError   too little room for ledger and papers: nothing is begun
├── FileUnusableError     a file or name is refused by the operating system
├── StationBusyError      another proofwipe works with this ledger
│   └── StationServedError    a service does
├── DrainingError         a service begins nothing new
├── LockedError           a service signs nothing new before its passphrase was given
├── SessionRefusedError   the session at work does not understand a request
├── SessionLostError      it ended, or fell silent, before it answered
├── ConfigError           a key or value of the configuration is wrong
│   ├── GivenFileError        a file that a person wrote has faults, all of which it names
│   └── ParameterError        what was asked for with a command or request is no such value
├── ExtraMissingError     the part that drives phones is not installed
├── LogMissingError       no transparency log can be opened, and the settings ask for one
├── NotInitialisedError   `proofwipe init` has not been run
├── StationExistsError    it has been run here already
├── PhoneNotFoundError    nothing on the bench answers to that serial or slot
│   └── NoPhoneError          nothing is plugged in at all
├── AmbiguousPhoneError   more than one does
│   └── SeveralPhonesError    none was named and there are several
├── BeingMeasuredError    `proofwipe check` is at that phone
├── NamelessPhoneError    it tells no number of its own
├── SwappedPhoneError     another phone hangs there than the one that was to be measured
├── NotConfirmedError     the typed or given serial is not that of the phone
├── CountMismatchError    `--expect N` and the bench differ
├── RestlessBenchError    the bench does not come to rest: a phone comes and goes
├── JobNotFoundError      no such job
│   └── SampleNotDrawnError   no sample of that period was drawn
├── CodeUnknownError      no code of that name
├── NotCertifiedError     the job has no certificate that could be withdrawn or copied
├── NotEntitledError      nobody of that name may do that here, or no name was given
├── KeyRequiredError      decisions are taken under a validator's own key here
├── InspectorPerformedError  who performed a job does not inspect its phone again
├── QuestionNotFoundError no question with that id was ever asked here
├── QuestionClosedError   the question has its answer already, or its time is over
├── AnswerRefusedError    the answer is none of the question's choices
├── FieldRefusedError     a field of the trade cannot hold what was typed or scanned
├── AheadRefusedError     nothing can be stated ahead of that
├── LotNotFoundError      nobody named a lot so
├── LotClosedError        nobody states a phone to be of it any more
├── LotDiffersError       it does not hold what was expected, and nobody said that this is known
├── SubscriptionDroppedError  a client did not read its events in time
└── WrongStageError       the job is not at a stage where that can be done
    ├── EraseBegunError       the phone cannot be given up any more
    ├── AnswerKeptError       no answer of it can be corrected any more
    ├── AlreadyCertifiedError it has its certificate; nothing is left to decide
    ├── NewerJobError         the phone was here again since; somebody has to say that this is known
    │   └── JobOvertakenError     and has a certificate from then
    └── JobBusyError          nor will it be before its worker is done
        └── PhoneBusyError        and its phone is left alone until then
"""

from collections.abc import Mapping

from phones.cleaning import clean
from phones.errors import ProofwipeError
from phones.words import say


class OutOfOrderError(ProofwipeError):
    """A move the table does not allow, or one that cites nothing that was written."""

    code = "out_of_order"


class LedgerError(ProofwipeError):
    """The ledger cannot be opened, read or written."""

    code = "ledger"


class LedgerCorruptError(LedgerError):
    """The chain of hashes is broken, or the file is no ledger."""

    code = "ledger_corrupt"


class LedgerListsError(LedgerError):
    """The chain is whole, but a row that lists are read from is not what the entries say."""

    code = "ledger_lists"


class LedgerFullError(LedgerError):
    """The disk is full or the place cannot be written."""

    code = "ledger_full"


class DiskNearlyFullError(ProofwipeError):
    """Too little room where ledger and papers are written; `free` and `wanted` in MB. Nothing was begun."""

    code = "disk_nearly_full"


class FileNotWrittenError(ProofwipeError):
    """A file or folder of the station cannot be written. `cause`: why, in words for a person."""

    code = "file_not_written"

    def __init__(self, *, subject: str, cause: str) -> None:
        super().__init__(subject=subject, cause=cause)


class FileUnusableError(ProofwipeError):
    """The operating system refuses a file or its name. `cause`: why, in words for a person."""

    code = "file_unusable"

    def __init__(self, *, subject: str, cause: str) -> None:
        super().__init__(subject=subject, cause=cause)


class OutputLostError(ProofwipeError):
    """What a command prints cannot be written: a full disk behind standard output. `cause`: why, for a person."""

    code = "output_lost"

    def __init__(self, *, cause: str) -> None:
        super().__init__(cause=cause)


class StationBusyError(ProofwipeError):
    """Another process works with this ledger."""

    code = "station_busy"


class StationServedError(StationBusyError):
    """A service holds the station, whose bench has a page of its own."""

    code = "station_served"


class DrainingError(ProofwipeError):
    """The service finishes what it has and begins nothing new."""

    code = "draining"
    exit_code = 4


class LockedError(ProofwipeError):
    """The service is locked: what needs a signature is not begun until its passphrase is given at the machine."""

    code = "service_locked"
    exit_code = 4


class SessionRefusedError(ProofwipeError):
    """The session at work did not take a request, or its answer is not of our version. `got`: what it was about."""

    code = "session_refused"


class SessionLostError(ProofwipeError):
    """The session at work ended, or fell silent, before it answered: what was asked may have been done."""

    code = "session_lost"


class ConfigError(ProofwipeError):
    """The configuration has an unknown key or a wrong value."""

    code = "config"
    exit_code = 2

    def __init__(self, *, subject: str, step: str = "", expected: str, got: str) -> None:
        place = f"{subject}: {step}" if step else subject
        said = {"place": place, "allowed": expected, "given": got}
        super().__init__(subject=subject, step=step, expected=expected, got=got, **said)


class GivenFileError(ConfigError):
    """A file that a person wrote has faults. `faults`: line (0 where none is known) and sentence of each, in the
    language in use; `left_out`: how many more there are.
    """

    code = "given_file"

    def __init__(self, *, subject: str, faults: tuple[tuple[int, str], ...], left_out: int = 0) -> None:
        self.faults = faults
        self.left_out = left_out
        super().__init__(subject=subject, expected="", got="; ".join(self.lines("en")))

    def lines(self, language: str) -> tuple[str, ...]:
        """A line for each fault, and one for those left out."""
        said = [say("fault.at", language, line=str(line), fault=what) if line else what for line, what in self.faults]
        more = [say("fault.more", language, number=str(self.left_out))] if self.left_out else []
        return (*said, *more)

    def headline(self, language: str) -> str:
        """The file and the number of its faults, for where `lines` follow."""
        return say("fault.count", language, subject=self.subject, number=str(len(self.faults) + self.left_out))

    def reason(self, language: str = "en") -> str:
        """All faults in one sentence."""
        return say("error.given_file.reason", language, subject=self.subject, faults="; ".join(self.lines(language)))


class ParameterError(ConfigError):
    """What a command or request asks for is not a value that is taken there; no setting of the station is wrong.
    `expected`: what is, `got`: what was given, which the person reads.
    """

    code = "parameter"


class ExtraMissingError(ProofwipeError):
    """A buyer's installation was asked to drive phones."""

    code = "extra_missing"


class NotInitialisedError(ProofwipeError):
    """No issuer and keys yet."""

    code = "not_initialised"


class StationExistsError(ProofwipeError):
    """There is a station in this folder already. `owner`: whose; `since`: a date."""

    code = "station_exists"

    def __init__(self, *, subject: str, owner: str, since: str) -> None:
        super().__init__(subject=subject, owner=owner, since=since)


class LogMissingError(ProofwipeError):
    """The settings ask for a transparency log, and it is not there or cannot be opened."""

    code = "log_missing"


class PhoneNotFoundError(ProofwipeError):
    """Nothing on the bench answers to that selector."""

    code = "phone_not_found"
    exit_code = 3


class NoPhoneError(PhoneNotFoundError):
    """Nothing is plugged in at all."""

    code = "no_phone"


class AmbiguousPhoneError(ProofwipeError):
    """More than one phone answers to that selector."""

    code = "ambiguous_phone"
    exit_code = 2


class SeveralPhonesError(AmbiguousPhoneError):
    """More than one is plugged in and none was named."""

    code = "several_phones"


class NotConfirmedError(ProofwipeError):
    """The confirmation is not the phone's own number."""

    code = "not_confirmed"
    exit_code = 2


class CountMismatchError(ProofwipeError):
    """`--expect N` differs from what is plugged in."""

    code = "count_mismatch"
    exit_code = 2


class RestlessBenchError(ProofwipeError):
    """Phones came and went for so long that nobody can say how many there are. `ports`: where most often."""

    code = "restless_bench"
    exit_code = 5

    def __init__(self, *, ports: str) -> None:
        super().__init__(ports=ports)


class JobNotFoundError(ProofwipeError):
    """No such job in the ledger."""

    code = "job_not_found"
    exit_code = 3


class SampleNotDrawnError(JobNotFoundError):
    """No sample of that period was drawn. `subject`: the period; `reports`: of reports, not of certificates."""

    code = "sample_not_drawn"

    def __init__(self, *, subject: str, reports: bool) -> None:
        super().__init__(subject=subject, options=" --reports" if reports else "")


class CodeUnknownError(ProofwipeError):
    """No code of that name. `near`: some that are like it."""

    code = "code_unknown"
    exit_code = 3

    def __init__(self, *, subject: str, near: str) -> None:
        super().__init__(subject=subject, near=near)


class AmbiguousJobError(ProofwipeError):
    """Several jobs go by that name."""

    code = "ambiguous_job"
    exit_code = 2


class NotCertifiedError(ProofwipeError):
    """The job or paper is no certificate."""

    code = "not_certified"
    exit_code = 4


class KeyRequiredError(ProofwipeError):
    """The settings take a decision only under the validator's own key."""

    code = "key_required"
    exit_code = 2


class NotEntitledError(ProofwipeError):
    """Nobody of that name has that role at this station, or nobody was named where somebody must be."""

    code = "not_entitled"
    exit_code = 2


class WrongStageError(ProofwipeError):
    """The job is not at a stage where that can be done."""

    code = "wrong_stage"
    exit_code = 4


class AnswerKeptError(WrongStageError):
    """Answers can be corrected only while a validator's decision is waited for."""

    code = "answer_kept"


class ClockBackError(ProofwipeError):
    """The clock stands before what was written of the job already. `last`, `now`: in UTC. Nothing was written."""

    code = "clock_back"
    exit_code = 4


class AlreadyCertifiedError(WrongStageError):
    """The job has its certificate: nothing is left to decide, and a rejection is no way to take it back."""

    code = "already_certified"


class NewerJobError(WrongStageError):
    """The phone was on the bench again after this job; what this job found may not be what the phone is now."""

    code = "newer_job"


class SeenChangedError(WrongStageError):
    """What was shown to whoever decides is not what the job is now: an answer was corrected. `seen`, `newest`:
    ids of the records. Nothing was written.
    """

    code = "seen_changed"


class DecisionRefusedError(ProofwipeError):
    """A decision that no paper could carry, or that this person may not take. `cause`: what is in the way, in words of
    the language in use. Nothing was written.
    """

    code = "decision_refused"
    exit_code = 2


class JobOvertakenError(NewerJobError):
    """The phone has a certificate of a newer job, which an older one must not take the place of."""

    code = "overtaken"


class EraseBegunError(WrongStageError):
    """Work on the phone has begun, or is over: it cannot be given up any more."""

    code = "erase_begun"


class JobBusyError(WrongStageError):
    """A worker is at that job: nobody decides about it meanwhile."""

    def reason(self, language: str = "en") -> str:
        """That it is still running."""
        return say("word.job_running", language, **self.facts)

    def hint(self, language: str = "en") -> str:
        """To wait."""
        return say("word.job_running_next", language, **self.facts)


class PhoneBusyError(JobBusyError):
    """A job is at that phone: nothing else is begun on it, and it is asked nothing. `subject`: the job's id."""

    code = "phone_busy"

    def reason(self, language: str = "en") -> str:
        """Which job is at it, and how far."""
        return say("error.phone_busy.reason", language, **self.facts)

    def hint(self, language: str = "en") -> str:
        """Where to see it, and to wait or to give it up."""
        return say("error.phone_busy.hint", language, **self.facts)


class BeingMeasuredError(ProofwipeError):
    """A phone is being measured without a job, and nothing else is begun on it meanwhile."""

    code = "being_measured"
    exit_code = 4


class NamelessPhoneError(ProofwipeError):
    """The phone tells no number of its own."""

    code = "nameless_phone"
    exit_code = 4


class SwappedPhoneError(ProofwipeError):
    """Another phone hangs there than the one that was to be measured."""

    code = "swapped_phone"
    exit_code = 5


class InspectorPerformedError(ProofwipeError):
    """A phone of a sample is inspected by somebody else than who performed its job."""

    code = "inspector_performed"
    exit_code = 2


class QuestionNotFoundError(ProofwipeError):
    """No such question."""

    code = "question_not_found"
    exit_code = 3


class AgentError(ProofwipeError):
    """The process that is to hold the passphrase for a shift could not be started."""

    code = "agent"
    exit_code = 1


class AgentLivesError(AgentError):
    """Whoever holds the passphrase does not answer and may hold it still."""

    code = "agent_lives"


class QuestionClosedError(ProofwipeError):
    """Somebody else answered first, or the time was over."""

    code = "question_closed"
    exit_code = 4


class AnswerRefusedError(ProofwipeError):
    """None of the choices."""

    code = "answer_refused"
    exit_code = 2


class AnswerOfEraseError(AnswerRefusedError):
    """The answer is evidence of the erase: it holds for the moment it was given, and is never corrected."""

    code = "answer_of_erase"


class FieldRefusedError(ProofwipeError):
    """`subject`: a field of the trade; `most`: how many characters it holds; `text`: what it should hold, harmless."""

    code = "field_refused"
    exit_code = 2


class AheadRefusedError(ProofwipeError):
    """`subject` is neither a slot nor a phone's whole number, or `most` statements wait for that phone already."""

    code = "ahead_refused"
    exit_code = 2

    def __init__(self, *, subject: str, most: int) -> None:
        super().__init__(subject=clean(subject), most=str(most))


class LotNotFoundError(ProofwipeError):
    """Nobody named a lot so."""

    code = "lot_not_found"
    exit_code = 3


class LotClosedError(ProofwipeError):
    """The lot is closed."""

    code = "lot_closed"
    exit_code = 4


class LotDiffersError(ProofwipeError):
    """Somebody would close a lot that is not as it was said to be. `differences`: how many phones, by what is wrong."""

    code = "lot_differs"
    exit_code = 4

    def __init__(self, *, subject: str, differences: Mapping[str, int]) -> None:
        kinds = ("missing", "unexpected", "at_work", "awaiting")
        super().__init__(subject=subject, **{kind: str(differences.get(kind, 0)) for kind in kinds})


class SubscriptionDroppedError(ProofwipeError):
    """A client that watches events fell too far behind."""

    code = "subscription_dropped"
