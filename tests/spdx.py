"""Whether a file is a valid SPDX document, by the reference library."""

from __future__ import annotations

from pathlib import Path

from spdx_tools.spdx.parser.parse_anything import parse_file
from spdx_tools.spdx.validation.document_validator import validate_full_spdx_document


def problems_of(path: Path) -> list[str]:
    """What is wrong with it."""
    return [problem.validation_message for problem in validate_full_spdx_document(parse_file(str(path)))]
