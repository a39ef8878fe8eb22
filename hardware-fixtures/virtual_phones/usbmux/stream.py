# SPDX-License-Identifier: GPL-3.0-or-later
"""One stream to a virtual iPhone: lockdownd or a service behind a socket, with TLS and with faults.

A blocking thread per stream; TLS begins only after the plaintext answer has been sent, as asyncio's
start_tls may race with bytes already read.
"""

import contextlib
import socket
import ssl
import threading
from collections.abc import Callable
from typing import Protocol

from virtual_phones.faults import FaultKind, distorted
from virtual_phones.iphone.phone import IPhone
from virtual_phones.iphone.services import SERVICES
from virtual_phones.iphone.services.service import Outcome, Service
from virtual_phones.iphone.services.syslog_relay import SyslogRelayService
from virtual_phones.iphone.trust import AbsentPhone, LockdownRefusal, SilentPhone
from virtual_phones.port import VirtualPort
from virtual_phones.usbmux.lockdown import LockdownConversation, ServicePorts, TlsChange
from virtual_phones.usbmux.lockdown_tls import server_context

HANDSHAKE_S = 30.0
CUT_WAIT_S = 2.0
_TELL_EACH_S = 0.05
_BROKEN = (OSError, ssl.SSLError, EOFError)


class Answers(Protocol):
    """What lockdownd and a service have in common for the loop below."""

    def take(self, buffer: bytearray) -> bytes | None:
        """Cut one whole request."""


class DeviceStream:
    """A socket that has become the phone's own. `cut` may come from any thread."""

    def __init__(self, sock: socket.socket, port: VirtualPort, phone: IPhone, now_s: Callable[[], float]) -> None:
        self._sock = sock
        self._port = port
        self._phone = phone
        self._now_s = now_s
        self._answering = threading.Lock()
        self._cut = threading.Event()

    def cut(self) -> None:
        """End the stream; an answer being sent is let out first, as USB would have."""
        self._cut.set()
        free = self._answering.acquire(timeout=CUT_WAIT_S)
        self._shut()
        if free:
            self._answering.release()

    def serve_lockdown(self, ports: ServicePorts) -> None:
        """Speak lockdownd until either side ends."""
        conversation = LockdownConversation(self._phone, ports)
        with contextlib.suppress(*_BROKEN, ValueError):
            self._loop(conversation, lambda request: self._lockdown(conversation, request))
        self._shut()

    def serve_service(self, name: str, host_id: str) -> None:
        """Speak a service, TLS from the first byte."""
        with contextlib.suppress(*_BROKEN, ValueError, LockdownRefusal):
            with self._port.lock:
                service = SERVICES[name](self._phone)
            try:
                self._start_tls(host_id)
                self._sock.sendall(service.begin())
                if isinstance(service, SyslogRelayService):
                    self._tell(service)
                else:
                    self._loop(service, lambda request: self._service(service, request))
            finally:
                with self._port.lock:
                    service.closed()
                self._end_tls()
        self._shut()

    # -- the loop --------------------------------------------------------------------------------------

    def _loop(self, answers: Answers, answer: Callable[[bytes], bool]) -> None:
        buffer = bytearray()
        while not self._cut.is_set():
            request = answers.take(buffer)
            if request is None:
                piece = self._sock.recv(65536)
                if not piece:
                    return
                buffer += piece
            elif not answer(request):
                return

    def _tell(self, service: SyslogRelayService) -> None:
        """A service that talks by itself, until either side ends; opening it was the exchange."""
        while not self._cut.wait(_TELL_EACH_S):
            try:
                with self._port.lock:
                    self._phone.tick(self._now_s())
                    said = service.tell(self._now_s())
            except (AbsentPhone, SilentPhone):
                return
            if said is None:
                return
            self._sock.sendall(said)
            if self._host_has_closed():
                return

    def _host_has_closed(self) -> bool:
        self._sock.settimeout(0.001)
        try:
            return not self._sock.recv(65536)
        except TimeoutError:
            return False
        finally:
            self._sock.settimeout(None)

    def _lockdown(self, conversation: LockdownConversation, request: bytes) -> bool:
        host_before = conversation.host_id
        change = TlsChange.NONE

        def carry_out() -> Outcome:
            nonlocal change
            answered = conversation.answer(request)
            change = answered.tls
            return Outcome(reply=answered.reply)

        goes_on = self._exchange(carry_out)
        if goes_on and change is TlsChange.START:
            self._start_tls(conversation.host_id or "")
        if goes_on and change is TlsChange.STOP and host_before is not None:
            self._stop_tls()
        return goes_on

    def _service(self, service: Service, request: bytes) -> bool:
        return self._exchange(lambda: service.answer(request))

    def _exchange(self, carry_out: Callable[[], Outcome]) -> bool:
        """One exchange, with whatever fault is planned for it. False: the stream ends."""
        begun = self._port.exchanges.begin()
        fault = begun.fault
        outcome = Outcome()
        if fault is not None and fault.kind is FaultKind.DELAY:
            self._cut.wait(fault.seconds)
        if fault is not None and not fault.reaches_phone:
            if fault.kills_link:
                self._port.link_died(fault, self._now_s())
            return self._fault_ends(fault_is_silence=fault.kind is FaultKind.SILENCE)
        with self._answering:
            try:
                with self._port.lock:
                    self._phone.tick(self._now_s())
                    outcome = carry_out()
            except SilentPhone:
                outcome = Outcome()
                silent = True
            except AbsentPhone:
                return False
            else:
                silent = False
                self._port.exchanges.answered(outcome.reply)
                reply = outcome.reply if fault is None else distorted(fault, outcome.reply, begun.previous)
                self._sock.sendall(reply)
        if fault is not None and fault.kills_link:
            self._port.link_died(fault, self._now_s())
        if silent or (fault is not None and not fault.answers):
            return self._fault_ends(fault_is_silence=silent or (fault is not None and not fault.kills_link))
        return not outcome.ends and not (fault is not None and fault.kills_link)

    def _fault_ends(self, *, fault_is_silence: bool) -> bool:
        """Silence lasts until the host or the bench ends the stream; any other fault ends it now."""
        while fault_is_silence and not self._cut.is_set() and self._sock.recv(65536):
            pass
        return False

    # -- TLS -------------------------------------------------------------------------------------------

    def _start_tls(self, host_id: str) -> None:
        with self._port.lock:
            host, key = self._phone.trusted_host(host_id), self._phone.key
        old = "tls_1_2" in self._phone.variation
        context = server_context(host, key, newest=ssl.TLSVersion.TLSv1_2 if old else ssl.TLSVersion.TLSv1_3)
        self._sock.settimeout(HANDSHAKE_S)
        self._sock = context.wrap_socket(self._sock, server_side=True)
        self._sock.settimeout(None)
        if self._cut.is_set():
            self._shut()

    def _stop_tls(self) -> None:
        if isinstance(self._sock, ssl.SSLSocket):
            self._sock.settimeout(HANDSHAKE_S)
            self._sock = self._sock.unwrap()
            self._sock.settimeout(None)

    def _end_tls(self) -> None:
        """close_notify, if the other side is still there to hear it."""
        if isinstance(self._sock, ssl.SSLSocket) and not self._cut.is_set():
            self._sock.settimeout(1.0)
            with contextlib.suppress(*_BROKEN, ValueError):
                self._sock = self._sock.unwrap()

    def _shut(self) -> None:
        # The base class's method: SSLSocket.shutdown would take the TLS object away under a reader.
        with contextlib.suppress(OSError):
            socket.socket.shutdown(self._sock, socket.SHUT_RDWR)

    def close(self) -> None:
        """Give the descriptor back; only the serving thread may."""
        with contextlib.suppress(OSError):
            self._sock.close()
