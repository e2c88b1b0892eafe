"""How an attempt failed, as in `status.error` and `status.attempts[].error`."""

from __future__ import annotations

from dataclasses import MISSING, dataclass, replace

from glider.wire.errors import Kind, Origin, headline, shortened
from glider_core.api.codec import text, word
from glider_core.api.kinds import api_field
from glider_core.api.reasons import reason_of

MAX_MESSAGE = 8_000
MAX_ATTEMPT_MESSAGE = 500


MAX_CODE = 250


@dataclass(frozen=True, kw_only=True, slots=True)
class Failure:
    """One failure. `kind` decides about retries and `origin` which of the two counts they are counted on."""

    code: str = api_field(
        "What went wrong, as the executor, Kubernetes or Flyte calls it, such as USER:RuntimeError or OOMKilled.",
        text(encode=lambda code: code[:MAX_CODE]),
        default=MISSING,
    )
    kind: Kind = api_field(
        "Whether another attempt may help: RECOVERABLE or NON_RECOVERABLE.",
        word(Kind, otherwise=Kind.NON_RECOVERABLE),
        default=MISSING,
    )
    origin: Origin = api_field(
        "Whose failure it is: the task's (USER) or that of what it runs on (SYSTEM).",
        word(Origin, otherwise=Origin.SYSTEM),
        default=MISSING,
    )
    message: str = api_field("What happened.", text(), default=MISSING)

    @property
    def reason(self) -> str:
        """The code as one CamelCase word."""
        return reason_of(self.code, self.origin)

    @property
    def headline(self) -> str:
        """The message in one line: exception and cause."""
        return headline(self.message) or self.code


def sentence(what: str, detail: str) -> str:
    """`what` with its `detail`, from another program, ended as a sentence, so that another may follow."""
    return f"{what}: {detail.rstrip(' .')}." if detail.strip(" .") else f"{what}."


def cut(failure: Failure, *, limit: int) -> Failure:
    """`failure` with at most about `limit` characters of its message."""
    return replace(failure, message=shortened(failure.message, limit))


def user_failure(code: str, message: str, *, kind: Kind = Kind.NON_RECOVERABLE) -> Failure:
    """A failure of the task's own; as a rule another attempt won't help."""
    return Failure(code=code, kind=kind, origin=Origin.USER, message=message)


def system_failure(code: str, message: str, *, kind: Kind = Kind.RECOVERABLE) -> Failure:
    """A failure of what the task runs on; as a rule another attempt may help."""
    return Failure(code=code, kind=kind, origin=Origin.SYSTEM, message=message)
