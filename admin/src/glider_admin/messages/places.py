"""Which namespace a project and a domain are, and which of them a namespace is: by a table first, then by a rule.

A name from a request becomes part of a path of the API server's: what could be no namespace's name is refused here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from glider.wire.jsonform import FieldError
from glider_admin.settings import Assigned, Settings
from glider_core.api.names import NAMESPACE

_NAME = r"[a-z0-9]([a-z0-9-]*[a-z0-9])?"


def namespace_of(project: str, domain: str, *, settings: Settings) -> str:
    """The namespace of a project and a domain.

    Raises:
        FieldError: one of them is missing, or they can be no namespace's, or only one's that isn't served.
    """
    namespace = _namespace_of(project, domain, settings=settings)
    if settings.watch_namespaces and namespace not in settings.watch_namespaces:
        expected = "a project and a domain whose namespace is served (watchNamespaces). Ask whoever administers Glider to add it"
        raise FieldError("project", expected=expected, found=namespace)
    return namespace


def _namespace_of(project: str, domain: str, *, settings: Settings) -> str:
    for assigned in settings.namespaces:
        if (assigned.project, assigned.domain) == (project, domain):
            return assigned.namespace
    rule = settings.namespace
    for field, value in (("project", project), ("domain", domain)):
        if not value and f"{{{field}}}" in rule:
            raise FieldError(field, expected=f"a {field}, such as those of {rule}", found=value)
    if domain and domain not in settings.domains:
        raise FieldError("domain", expected=f"one of {', '.join(settings.domains)}", found=domain)
    namespace = rule.format(project=project, domain=domain)
    if re.fullmatch(NAMESPACE, namespace) is None:
        raise FieldError("project", expected=f"what {rule} makes the name of a namespace of: a-z, 0-9, -, 63 in all", found=project)
    return namespace


def places_of(namespace: str, *, settings: Settings) -> Iterator[Assigned]:
    """Every project and domain whose namespace that is: the way back, for lists of projects."""
    listed = {(assigned.project, assigned.domain) for assigned in settings.namespaces}
    yield from (assigned for assigned in settings.namespaces if assigned.namespace == namespace)
    for domain in settings.domains:
        for project in _projects_in(namespace, domain, rule=settings.namespace):
            if (project, domain) not in listed:
                yield Assigned(project=project, domain=domain, namespace=namespace)


def _projects_in(namespace: str, domain: str, *, rule: str) -> Iterator[str]:
    """The project of `namespace` in `domain`, by the rule. A rule without {project} has one project, which is called as the namespace."""
    if "{project}" not in rule:
        if rule.format(domain=domain) == namespace:
            yield namespace
        return
    before, _, after = rule.format(project="\0", domain=domain).partition("\0")
    pattern = f"{re.escape(before)}(?P<project>{_NAME}){re.escape(after)}"
    if (found := re.fullmatch(pattern, namespace)) is not None:
        yield found["project"]
