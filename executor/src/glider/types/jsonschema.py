"""The JSON schema of a dataclass, in mashumaro's words: flytekit puts it into the interface, and the console builds forms
from it.
"""

from __future__ import annotations

from typing import Any

from glider.types.definitions import Definitions
from glider.types.plain import form_of


def dataclass_schema(hint: Any) -> dict[str, Any]:
    """The schema of a dataclass.

    Raises:
        InterfaceError: a type can't be inside a struct.
    """
    definitions = Definitions()
    schema = form_of(hint).schema(definitions)
    return {**schema, "$defs": definitions.found} if definitions.found else schema
