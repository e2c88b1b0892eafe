"""`python -m tests.integration.install.freeze REVISION`: keep the CRDs of a revision, the last release's, for test_crd_versions.

Without descriptions: what is stored doesn't depend on them, and they are two thirds of the text.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import yaml

from tests.conftest import ROOT

FORMER = Path(__file__).parent / "former"


def bare(schema: Any) -> Any:
    """Without descriptions. A field of that name is an object, and stays."""
    if isinstance(schema, dict):
        return {name: bare(inner) for name, inner in schema.items() if name != "description" or isinstance(inner, dict)}
    return [bare(one) for one in schema] if isinstance(schema, list) else schema


def main(revision: str) -> None:
    """Writes `former/`."""
    for plural in ("taskexecutions", "tasktemplates"):
        show = ["git", "show", f"{revision}:manifests/crd/{plural}.yaml"]
        crd = bare(yaml.safe_load(subprocess.run(show, cwd=ROOT, capture_output=True, check=True).stdout))
        text = yaml.safe_dump(crd, sort_keys=False, width=150)
        (FORMER / f"{plural}.yaml").write_text(f"# The CRD of {revision}, by tests/integration/install/freeze.py.\n{text}")


if __name__ == "__main__":
    main(sys.argv[1])
