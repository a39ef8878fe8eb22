# SPDX-License-Identifier: GPL-3.0-or-later
"""Events are numbered without a gap, reach every client in order, and no client can hold a worker up."""

import threading

import pytest

from phones.clock import SystemClock
from station.errors import SubscriptionDroppedError
from station.session.events import Event, EventStream, PhoneLeft, PhonesCounted


def counted(number: int) -> PhonesCounted:
    return PhonesCounted(counted=number, expected=0)


def test_every_subscription_gets_the_same_numbers_from_its_beginning_on() -> None:
    stream = EventStream(SystemClock())
    stream.publish(counted(1))
    first = stream.subscribe()
    stream.publish(counted(2))
    second = stream.subscribe()
    stream.publish(counted(3))
    stream.close()
    assert [(each.number, each.event) for each in first] == [(2, counted(2)), (3, counted(3))]
    assert [each.number for each in second] == [3]
    assert list(stream.subscribe()) == []


def test_a_client_may_ask_for_some_kinds_only() -> None:
    stream = EventStream(SystemClock())
    left = stream.subscribe(PhoneLeft)
    stream.publish(counted(1))
    stream.publish(PhoneLeft(port="1-1", slot="A"))
    stream.close()
    assert [each.number for each in left] == [2]


def test_a_client_that_does_not_read_is_dropped_and_told_so_and_the_others_go_on() -> None:
    stream = EventStream(SystemClock())
    slow, quick = stream.subscribe(length=2), stream.subscribe()
    for number in range(500):  # and nobody waits for the slow one
        stream.publish(counted(number))
    stream.close()
    got = [slow.next(), slow.next()]
    assert [each.number for each in got if each is not None] == [1, 2]
    with pytest.raises(SubscriptionDroppedError):
        slow.next()
    assert [each.number for each in quick] == list(range(1, 501))


def test_a_client_that_ends_reads_what_was_queued_and_nothing_more() -> None:
    stream = EventStream(SystemClock())
    subscription = stream.subscribe()
    stream.publish(counted(1))
    subscription.end()
    stream.publish(counted(2))
    assert [each.number for each in subscription] == [1]


def test_waiting_for_an_event_has_an_end() -> None:
    stream = EventStream(SystemClock())
    subscription = stream.subscribe()
    assert subscription.next(0.01) is None
    threading.Timer(0.05, stream.publish, args=(counted(1),)).start()
    numbered = subscription.next(10.0)
    assert numbered is not None
    assert numbered.event == counted(1)


def test_a_listener_hears_each_event_before_the_next_and_may_publish_itself() -> None:
    heard: list[Event] = []

    def listen(event: Event) -> None:
        heard.append(event)
        if event == counted(1):
            stream.publish(counted(2))

    stream = EventStream(SystemClock(), listen)
    subscription = stream.subscribe()
    stream.publish(counted(1))
    stream.publish(counted(3))
    stream.close()
    assert heard == [counted(1), counted(2), counted(3)]
    assert [each.event for each in subscription] == heard


def test_events_from_many_threads_have_one_order() -> None:
    stream = EventStream(SystemClock())
    one, two = stream.subscribe(length=2000), stream.subscribe(length=2000)

    def publish() -> None:
        for number in range(100):
            stream.publish(counted(number))

    threads = [threading.Thread(target=publish) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    stream.close()
    seen = list(one)
    assert [each.number for each in seen] == list(range(1, 801))
    assert seen == list(two)
