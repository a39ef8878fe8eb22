# SPDX-License-Identifier: GPL-3.0-or-later
"""What the service refuses.

ProofwipeError
├── ApiRefusedError       a request that is not understood, too large, or from where none may come
├── BusyError             as many as can be served are being served
├── TooOftenError         this caller asks more than anybody needs to
├── TooManyError          this caller has as many requests or streams under way as one may
├── TooManyTriesError     too many badges and tokens that do not count came from there
├── NoCallerError         nobody is known who asks
├── RoleRefusedError      whoever asks may not do that
├── EraseSwitchedOffError nobody at this machine has switched erasing on
├── UnlockRefusedError    it was the wrong one, or came from elsewhere
├── MaintenanceError      somebody works on the bench
├── PlanNotFoundError     no such plan, or it was used
│   └── PlanExpiredError      its time is over
├── PlanChangedError      what would be done now is not what was shown
├── PlanEmptyError        it shows nothing that would be done
├── KeyReusedError        the Idempotency-Key belongs to another request
├── KeyInUseError         the same request is being carried out, or nobody knows what became of it
└── WebhookNotFoundError  the settings name no such endpoint
"""

from phones.errors import ProofwipeError


class ApiRefusedError(ProofwipeError):
    """A request that is not taken. `cause`: which part of it, in words of the protocol; `status`: of the answer.
    `allow`: the methods that there are, of a refused one.
    """

    code = "api_refused"
    exit_code = 2

    def __init__(self, *, cause: str, status: int = 400, allow: str = "") -> None:
        self.status, self.allow = status, allow
        super().__init__(cause=cause)


class BusyError(ProofwipeError):
    """There is no place for one more connection. `retry_after_s`: when one may be tried again."""

    code = "busy"
    exit_code = 4
    retry_after_s = 2


class TooOftenError(ProofwipeError):
    """A caller that asks faster than it may. `retry_after_s`: whole seconds until it is heard again."""

    code = "too_often"
    exit_code = 4

    def __init__(self, *, retry_after_s: int) -> None:
        self.retry_after_s = retry_after_s
        super().__init__(seconds=str(retry_after_s))


class TooManyError(ProofwipeError):
    """As many as one caller may have at one time. `most`: of these."""

    code = "too_many"
    exit_code = 4
    retry_after_s = 2

    def __init__(self, *, most: int) -> None:
        super().__init__(most=str(most))


class TooManyTriesError(ProofwipeError):
    """As many badges and tokens that do not count as may come from one place; this one was not looked at.
    `retry_after_s`: whole seconds until the next one is.
    """

    code = "too_many_tries"
    exit_code = 4

    def __init__(self, *, retry_after_s: int) -> None:
        self.retry_after_s = retry_after_s
        super().__init__(seconds=str(retry_after_s))


class NoCallerError(ProofwipeError):
    """No token, or none that counts."""

    code = "no_caller"
    exit_code = 2


class RoleRefusedError(ProofwipeError):
    """The caller's role has no right to that. `role`, `right`: words of the API."""

    code = "role_refused"
    exit_code = 2

    def __init__(self, *, role: str, right: str) -> None:
        super().__init__(role=role, right=right)


class EraseSwitchedOffError(ProofwipeError):
    """Over the API nothing is erased until a person at the machine has switched it on in the settings."""

    code = "erase_switched_off"
    exit_code = 4


class UnlockRefusedError(ProofwipeError):
    """The passphrase is not that of the station's key, or it did not come over the socket of the station's own user."""

    code = "unlock_refused"
    exit_code = 2


class MaintenanceError(ProofwipeError):
    """Somebody works on the bench. `why` and `by` are what they said."""

    code = "in_maintenance"
    exit_code = 4

    def __init__(self, *, why: str, by: str) -> None:
        super().__init__(why=why, by=by)


class PlanNotFoundError(ProofwipeError):
    """No such plan: never made, used, or made before the service was started."""

    code = "plan_not_found"
    exit_code = 3


class PlanExpiredError(PlanNotFoundError):
    """The plan was not confirmed in time."""

    code = "plan_expired"
    exit_code = 4


class PlanChangedError(ProofwipeError):
    """Phone, port, method or what stands in the way is not what the plan showed, or its hash is another."""

    code = "plan_changed"
    exit_code = 4


class PlanEmptyError(ProofwipeError):
    """The plan shows no way to erase the phone, so none was agreed to: not now, and not when the phone lets us in."""

    code = "plan_empty"
    exit_code = 4


class KeyReusedError(ProofwipeError):
    """The same Idempotency-Key with another request."""

    code = "key_reused"
    exit_code = 2


class KeyInUseError(ProofwipeError):
    """The same request is being carried out, or the service was ended meanwhile: the jobs say what became of it."""

    code = "key_in_use"
    exit_code = 4


class WebhookNotFoundError(ProofwipeError):
    """The settings name no `[[webhook]]` of that name."""

    code = "webhook_not_found"
    exit_code = 3
