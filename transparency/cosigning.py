# SPDX-License-Identifier: GPL-3.0-or-later
"""The log's side of witnessing: shows its newest checkpoint to witnesses and keeps what they sign."""

from certs.log.errors import LogReadError, SourceError, WitnessError
from certs.log.notes import Signature, read_checkpoint, read_note, read_number, read_signatures
from certs.log.policy import LogPolicy, Party
from transparency.database import TransparencyLog
from transparency.fetching import Answer, ask
from transparency.witness import format_request

_LARGEST_ANSWER = 64 * 1024
_REFUSALS = {
    400: "rolled_back",
    403: "signature_wrong",
    404: "log_unknown",
    409: "old_size",
    422: "forked",
}


def ask_witness(log: TransparencyLog, witness: Party) -> Signature:
    """One witness's cosignature over the newest checkpoint, kept in the log and returned.

    Raises: WitnessError (no answer, a refusal: `fault`), LogError.
    """
    url = f"{witness.url.rstrip('/')}/add-checkpoint"
    old = log.cosigned_size(witness.key)
    for _ in range(3):  # twice told another size: somebody else shows it our log at this moment
        text = log.checkpoint()  # each time anew: another process of ours may have appended
        if not text:
            raise WitnessError(subject=witness.name, got="empty", fault="empty")
        note = read_note(text)
        checkpoint = read_checkpoint(note)
        if old > checkpoint.size:  # it signed more than we have: our log lost its end, or has a twin
            raise WitnessError(subject=witness.name, got=f"{old} > {checkpoint.size}", fault="rolled_back")
        proof = log.consistency(old, checkpoint.size)
        answer = _ask(url, format_request(old, proof, text), witness)
        if answer.status != 409:
            break
        old = _told_size(answer, witness)
    if answer.status != 200:
        raise WitnessError(
            subject=witness.name, got=f"HTTP {answer.status}", fault=_REFUSALS.get(answer.status, "no_answer")
        )
    return keep(log, checkpoint.size, note.text, answer.body, witness)


def keep(log: TransparencyLog, size: int, text: str, lines: bytes, witness: Party) -> Signature:
    """Check the lines a witness gave for a checkpoint of ours, and keep its own. Raises: WitnessError, LogError."""
    try:
        found = [each for each in read_signatures(lines.decode()) if witness.key.made(each)]
        for each in found:
            witness.key.check(text, each)
    except (LogReadError, UnicodeDecodeError) as error:
        raise WitnessError(subject=witness.name, got="signature", fault="signature_wrong") from error
    if not found:
        raise WitnessError(subject=witness.name, got="signature", fault="signature_wrong")
    log.cosign(size, found[:1])
    return found[0]


def ask_all(log: TransparencyLog, policy: LogPolicy) -> tuple[tuple[Party, Signature | WitnessError], ...]:
    """Every witness of the policy that has a URL; what it signed, or why it did not."""
    results: list[tuple[Party, Signature | WitnessError]] = []
    for witness in policy.witnesses:
        if witness.url:
            try:
                results.append((witness, ask_witness(log, witness)))
            except WitnessError as error:
                results.append((witness, error))
    return tuple(results)


def _ask(url: str, body: bytes, witness: Party) -> Answer:
    try:
        return ask(url, most=_LARGEST_ANSWER, body=body)
    except (SourceError, LogReadError) as error:
        raise WitnessError(subject=witness.name, got=str(error.facts["got"]), fault="no_answer") from error


def _told_size(answer: Answer, witness: Party) -> int:
    try:
        return read_number(answer.body.decode("ascii").removesuffix("\n"), fault="checkpoint_malformed")
    except (LogReadError, UnicodeDecodeError) as error:
        raise WitnessError(subject=witness.name, got="size", fault="no_answer") from error


def take_in(
    log: TransparencyLog, policy: LogPolicy, lines: bytes
) -> tuple[tuple[Party, Signature | WitnessError], ...]:
    """Lines that witnesses of the policy made elsewhere over the newest checkpoint (`log witness --once`)."""
    note = read_note(log.checkpoint())
    size = read_checkpoint(note).size
    results: list[tuple[Party, Signature | WitnessError]] = []
    for witness in policy.witnesses:
        try:
            if any(witness.key.made(each) for each in read_signatures(lines.decode())):
                results.append((witness, keep(log, size, note.text, lines, witness)))
        except (UnicodeDecodeError, LogReadError) as error:
            raise LogReadError(fault="note_malformed", got="signature lines") from error
        except WitnessError as error:
            results.append((witness, error))
    return tuple(results)
