"""What an eager task needs, which starts other tasks: the address of the front, and what its namespace is called there.

The tasks that it starts are to run in its own namespace. The front knows namespaces by their project and domain, so those in the pod
have to be the ones that lead back to it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from glider.wire.jsonform import FieldError, nothing, words
from glider_core.api.task import TaskId
from glider_core.config.admin import Admin

#: That of a configuration without one.
NO_ADMIN = Admin()
_PLACEHOLDERS = re.compile(r"\{(project|domain)\}")
#: A domain is a word, such as development; all before it is the project.
_GROUPS = {"project": "(?P<project>.+)", "domain": "(?P<domain>[a-z0-9]+)"}


@dataclass(frozen=True, kw_only=True, slots=True)
class FlyteNames:
    """What a namespace is called in Flyte's terms."""

    project: str
    domain: str


def flyte_names(namespace: str, task: TaskId, admin: Admin) -> FlyteNames | None:
    """What the front calls `namespace`: as is configured, as in the task's identity, or else by the rule. None where it has no name."""
    if admin.project and admin.domain:
        return FlyteNames(project=admin.project, domain=admin.domain)
    own = {"project": task.project, "domain": task.domain}
    if _PLACEHOLDERS.sub(lambda found: own[found[1]], admin.namespace) == namespace:
        return FlyteNames(**own)
    named = re.fullmatch(_pattern(admin.namespace), namespace)
    return FlyteNames(**(own | named.groupdict())) if named else None


def is_eager(*, execution: bool | None, task: bool | None) -> bool:
    """Whether it starts others, by what the execution and its task have in `eager`."""
    return bool(task if execution is None else execution)


def check_eager(namespace: str, task: TaskId, admin: Admin, *, field: str) -> None:
    """Refuse an eager task, `field` of which makes it one, where it can't start others.

    Raises:
        FieldError: no front is configured, or it can't be known what the namespace is called there.
    """
    if admin.endpoint is None:
        expected = "the address of the front in the configuration's admin.endpoint, since an eager task starts others through it"
        raise FieldError(field, expected=expected, found=nothing())
    if flyte_names(namespace, task, admin) is None:
        expected = (
            f"a namespace with a project and a domain by the configuration's admin.namespace, {admin.namespace}; "
            "else set admin.project and admin.domain for it in namespaceDefaults"
        )
        raise FieldError(field, expected=expected, found=words(f"the namespace {namespace}"))


def _pattern(rule: str) -> str:
    """The rule as a pattern. What stands in it twice has to be the same."""
    seen: set[str] = set()

    def group(found: re.Match[str]) -> str:
        name = found[1]
        again = name in seen
        seen.add(name)
        return f"(?P={name})" if again else _GROUPS[name]

    return _PLACEHOLDERS.sub(group, rule)
