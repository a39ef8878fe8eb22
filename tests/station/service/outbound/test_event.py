# SPDX-License-Identifier: GPL-3.0-or-later
"""What is sent, read by the libraries of the two specifications."""

import base64
import stat
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cloudevents.core.bindings.http import HTTPMessage, from_http_event
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from station.errors import ConfigError, FileNotWrittenError
from station.service.outbound.event import MEDIA_TYPE, CloudEvent, id_of
from station.service.outbound.signature import read_secrets, signature, write_secret

DATA = st.dictionaries(
    st.text(min_size=1, max_size=10), st.none() | st.booleans() | st.integers() | st.text() | st.lists(st.text())
)
TEXT = st.text("abcdef-./0123456789", min_size=1, max_size=30)
MOMENT = "2026-12-01T08:00:00.000001Z"


@given(data=DATA, subject=TEXT, sequence=st.integers(1, 2**53), emulated=st.booleans(), key=st.binary(min_size=24))
def test_the_libraries_of_the_specifications_take_what_is_sent(
    data: dict[str, object], subject: str, sequence: int, *, emulated: bool, key: bytes
) -> None:
    try:
        data = {str(name): value for name, value in data.items() if str(value).encode() is not None and name.encode()}
    except UnicodeEncodeError:
        return
    made = CloudEvent(
        id=id_of(sequence, "ab" * 32),
        source="urn:proofwipe:ledger:ab",
        type="io.proofwipe.job.certified.v1",
        time=MOMENT,
        subject=subject,
        sequence=sequence,
        emulated=emulated,
        data=data,
    )
    body = made.body()
    read = from_http_event(HTTPMessage({"content-type": f"{MEDIA_TYPE}; charset=utf-8"}, body))
    assert (read.get_id(), read.get_source(), read.get_type()) == (made.id, made.source, made.type)
    assert (read.get_subject(), read.get_time()) == (subject, datetime(2026, 12, 1, 8, 0, 0, 1, tzinfo=UTC))
    assert read.get_data() == data
    assert int(read.get_extension("sequence")) == sequence
    assert bool(read.get_extension("emulated")) is emulated
    now = int(datetime.now(UTC).timestamp())
    headers = {
        "webhook-id": made.id,
        "webhook-timestamp": str(now),
        "webhook-signature": signature((key,), id=made.id, timestamp=now, body=body),
    }
    judge = Webhook(base64.b64encode(key).decode())
    assert judge.verify(body, headers)["data"] == data
    for changed in (
        {**headers, "webhook-id": "pw_other"},
        {**headers, "webhook-timestamp": str(now + 1)},
        {**headers, "webhook-signature": "v1,AAAA"},
    ):
        with pytest.raises(WebhookVerificationError):
            judge.verify(body, changed)
    with pytest.raises(WebhookVerificationError):
        judge.verify(body + b" ", headers)


def test_while_a_secret_is_changed_both_sign() -> None:
    now = int(datetime.now(UTC).timestamp())
    keys = (b"n" * 32, b"o" * 32)
    headers = {
        "webhook-id": "pw_1_a",
        "webhook-timestamp": str(now),
        "webhook-signature": signature(keys, id="pw_1_a", timestamp=now, body=b"{}"),
    }
    for key in keys:
        assert Webhook(base64.b64encode(key).decode()).verify(b"{}", headers) == {}
    with pytest.raises(WebhookVerificationError):
        Webhook(base64.b64encode(b"x" * 32).decode()).verify(b"{}", headers)


def test_a_secret_that_was_made_is_for_its_owner_alone_and_is_read(tmp_path: Path) -> None:
    path = tmp_path / "shop.whsec"
    write_secret(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    (key,) = read_secrets(path)
    assert len(key) == 32
    assert Webhook(path.read_text().strip())._whsecret == key, "the library reads the same"
    with pytest.raises(FileNotWrittenError):
        write_secret(path)
    second = tmp_path / "second.whsec"
    write_secret(second)
    path.write_text(second.read_text() + path.read_text())
    assert read_secrets(path) == (*read_secrets(second), key)


GOOD = f"whsec_{base64.b64encode(b'k' * 32).decode()}\n"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "whsec_",
        GOOD.removeprefix("whsec_"),
        GOOD.replace("a", "!"),
        f"whsec_{base64.b64encode(b'k' * 23).decode()}",
        f"whsec_{base64.b64encode(b'k' * 65).decode()}",
        GOOD * 3,
        GOOD + "x",
        GOOD * 100,
    ],
)
def test_what_is_no_secret_is_refused_and_not_shown(tmp_path: Path, text: str) -> None:
    path = tmp_path / "shop.whsec"
    path.write_text(text)
    path.chmod(0o600)
    with pytest.raises(ConfigError) as caught:
        read_secrets(path)
    assert "kkkk" not in str(caught.value)
    assert base64.b64encode(b"k" * 6).decode() not in str(caught.value)


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o644, 0o601])
def test_a_secret_that_others_may_read_is_refused(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "shop.whsec"
    path.write_text(GOOD)
    path.chmod(mode)
    with pytest.raises(ConfigError, match="chmod 600"):
        read_secrets(path)
    with pytest.raises(ConfigError):
        read_secrets(tmp_path / "nosuch")
    with pytest.raises(ConfigError):
        read_secrets(tmp_path)
