# SPDX-License-Identifier: GPL-3.0-or-later
"""Where passphrases come from: a file, the environment, or the person at the terminal, who may mistype one."""

import os
from collections.abc import Collection
from pathlib import Path

import click

from station.cli.output import is_terminal, message
from station.errors import ConfigError
from station.text.language import text

VARIABLE = "PROOFWIPE_PASSPHRASE"
PIN_VARIABLE = "PROOFWIPE_PIN"
"""Of a key device, if its PIN is not the passphrase."""
LONGEST = 4096
"""Bytes of a passphrase file."""
VALIDATOR_VARIABLE = "PROOFWIPE_VALIDATOR_PASSPHRASE"
TRIES = 3
"""How often a passphrase may be mistyped."""


def find_passphrase(
    file: Path | None, *, key: Path | None = None, question: str = "ask.passphrase", ask_agent: bool = False
) -> str:
    """The passphrase. `key`: a key file it must open; the station's own unless another is named. One typed wrong is
    asked for again, `TRIES` times in all; what opens the keys then says that it was wrong. `question`: key of the
    sentence that asks. `ask_agent`: what `unlock` left is taken, and that is said; the work of a day may, what changes
    keys or makes new ones may not.

    Raises: ConfigError when it is nowhere to be had or the file cannot be read.
    """
    given = _given(file, VARIABLE)
    if given is None and ask_agent:
        given = _held()
    if given is not None:
        return given
    if not is_terminal():
        raise ConfigError(subject="passphrase", expected=text("expected.passphrase_source"), got="")
    return _typed_right(text(question), key or _stations_key())


def find_validators_passphrase(file: Path | None, key: Path) -> str:
    """The passphrase of a validator's own key: from its own file or the person, never the station's.

    Raises: ConfigError.
    """
    given = _given(file, VALIDATOR_VARIABLE)
    if given is not None:
        return given
    if not is_terminal():
        sources = f"--key-passphrase-file, {VALIDATOR_VARIABLE}"
        raise ConfigError(subject=str(key), step="passphrase", expected=sources, got="")
    return _typed_right(text("ask.key_passphrase", name=key.name), key)


def new_passphrase(
    file: Path | None,
    *,
    variable: str,
    question: str,
    option: str = "--passphrase-file",
    names: Collection[str] = (),
) -> str:
    """A passphrase for keys that are made now: from a file or variable, or typed twice by a person who is told what is
    wrong with it until it is good. `question`: key of the sentence that asks; `names`: what anybody would try here.

    Raises: ConfigError when it is nowhere to be had, cannot be read, or is too easy to guess.
    """
    from station.cli.strength import LEAST, weakness

    given = _given(file, variable)
    if given is not None:
        weak = weakness(given, names)
        if weak is not None:
            where = str(file) if file is not None else variable
            raise ConfigError(subject=where, expected=text("expected.strong", least=LEAST), got=text(f"weak.{weak}"))
        return given
    if not is_terminal():
        raise ConfigError(subject="passphrase", expected=f"{option}, {variable}", got="")
    message(text("word.new_passphrase", least=LEAST))
    while True:
        typed = _typed(text(question))
        weak = weakness(typed, names)
        if weak is not None:
            message(f"{text(f'weak.{weak}')} {text('word.choose_another', least=LEAST)}")
        elif typed != _typed(text("ask.passphrase_again")):
            message(text("word.passphrases_differ"))
        else:
            return typed


def _given(file: Path | None, variable: str) -> str | None:
    """From a file or the environment; None when neither was named. Raises: ConfigError."""
    if file is not None:
        try:
            with file.open("rb") as opened:  # a pipe is as good as a file here: `--passphrase-file <(pass show …)`
                found = opened.read(LONGEST + 1)
            if len(found) > LONGEST:
                raise ConfigError(subject=str(file), expected=text("expected.passphrase"), got=f"> {LONGEST} B")
            return _not_empty(found.decode("utf-8").rstrip("\r\n"), str(file))
        except (OSError, UnicodeDecodeError) as error:
            raise ConfigError(
                subject=str(file), expected=text("expected.text_file"), got=type(error).__name__
            ) from error
    told = os.environ.get(variable)
    if told is not None and any("\ud800" <= letter <= "\udfff" for letter in told):  # bytes that are no text
        raise ConfigError(subject=variable, expected=text("expected.text_file"), got="bytes")
    return None if told is None else _not_empty(told, variable)


def _typed(question: str) -> str:
    """What a person types unseen. Raises: click.Abort at Ctrl-C."""
    return str(click.prompt(question, hide_input=True, err=True, default="", show_default=False))


def _typed_right(question: str, key: Path | None) -> str:
    for left in range(TRIES - 1, -1, -1):
        typed = _typed(question)
        if left == 0 or (typed and (key is None or _opens(key, typed))):
            break
        message(text("word.passphrase_empty") if not typed else text("word.passphrase_wrong", left=left))
    return typed


def _opens(key: Path, passphrase: str) -> bool:
    """False only when the key says that this is not its passphrase; whatever else is wrong is for who opens it next."""
    from certs.errors import CertsError, WrongPassphraseError
    from certs.keys.key_files import read_key

    try:
        read_key(key, passphrase)
    except WrongPassphraseError:
        return False
    except (CertsError, OSError):
        return True
    return True


def must_open_station(passphrase: str) -> None:
    """Raises: WrongPassphraseError when the station's own keys do not open with it; ConfigError where no key file says
    so: the PIN of a key device is not held.
    """
    from certs.errors import WrongPassphraseError

    key = _stations_key()
    if key is None:
        raise ConfigError(subject="unlock", expected=text("expected.key_file_here"), got=text("word.key_in_device"))
    if not _opens(key, passphrase):
        raise WrongPassphraseError(subject=str(key))


def _held() -> str | None:
    """What the agent of the station this command works for holds."""
    from station.cli.commands.options import home_of
    from station.session.agent.asking import agent_status, held_passphrase

    context = click.get_current_context(silent=True)
    if context is None:
        return None
    home = home_of(context)
    agent, key = agent_status(home), _stations_key()
    passphrase = held_passphrase(home) if agent is not None else None
    if passphrase is not None and (key is None or not _opens(key, passphrase)):
        return None  # keys were changed since, or are in a device, whose PIN this is not
    if agent is not None and passphrase is not None:
        message(text("word.passphrase_of_agent", until=agent.until))
    return passphrase


def _stations_key() -> Path | None:
    """A key file of the station this command works for, if it has one: the others open with the same passphrase."""
    from station.cli.commands.options import home_of

    context = click.get_current_context(silent=True)
    keys = home_of(context).keys if context is not None else None
    known = (keys / name for name in ("station.key", "organisation.key")) if keys is not None else ()
    return next((key for key in known if key.is_file()), None)


def _not_empty(passphrase: str, where: str) -> str:
    if not passphrase:
        raise ConfigError(subject=where, expected=text("expected.passphrase"), got="")
    return passphrase
