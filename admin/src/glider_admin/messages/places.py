"""Which namespace a project and a domain are."""

from __future__ import annotations

from glider.wire.jsonform import FieldError


def namespace_of(project: str, domain: str, *, rule: str) -> str:
    """The namespace of a project and a domain, by `rule`, such as {project}-{domain}.

    Raises:
        FieldError: one of them is missing.
    """
    for field, value in (("project", project), ("domain", domain)):
        if not value and f"{{{field}}}" in rule:
            raise FieldError(field, expected=f"a {field}, such as those of {rule}", found=value)
    return rule.format(project=project, domain=domain)
