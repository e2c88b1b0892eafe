"""Documents as YAML for people, which kubectl reads as the same."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import yaml

from glider_core.api.manifests import reads_as_text


class _Dumper(yaml.SafeDumper):
    """Writes a repeated value in full, since people don't like anchors, and text of several lines as such."""

    def ignore_aliases(self, data: Any) -> bool:
        """Always."""
        return True


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    """Quoted also where only kubectl would read another type: `y` is true there, `1e3` a number."""
    style = "|" if "\n" in text else None if reads_as_text(text) else "'"
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(str, _text)


def to_yaml(document: Mapping[str, Any]) -> str:
    """`document` as YAML, its fields in their order."""
    return yaml.dump(dict(document), Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=1_000)
