"""The table of variables in docs/pods.md, from the operator's own."""

from __future__ import annotations

from glider_core.resolve.variables import VARIABLES
from tests.reference.crds import cell


def variables_table() -> str:
    """One row a variable, as it is written in a command line."""
    told = {name: variable.doc for name, variable in VARIABLES.items()} | {"inputs.x": "The value of the input `x`."}
    rows = (f"| `{{{{.{name}}}}}` | {cell(doc)} |" for name, doc in told.items())
    return "\n".join(["| variable | what it stands for |", "|---|---|", *rows])
