"""Docs of parameters are read in the three styles that people write."""

from __future__ import annotations

import pytest

from glider_client.registration.docstrings import docs_of

GOOGLE = """Adds.

    More of it.

    Args:
        a: the first,
            and more
        b (int): the second: with a colon

    Returns:
        the sum: not a parameter
    """
NUMPY = """Adds.

    More of it.

    Parameters
    ----------
    a : int
        the first,
        and more
    b
        the second: with a colon

    Returns
    -------
    int
        the sum
    """
SPHINX = """Adds.

    More of it.

    :param a: the first,
        and more
    :param int b: the second: with a colon
    :return: the sum
    """


@pytest.mark.parametrize(
    "docstring", [pytest.param(GOOGLE, id="Google"), pytest.param(NUMPY, id="numpy"), pytest.param(SPHINX, id="Sphinx")]
)
def test_reads(docstring: str) -> None:
    docs = docs_of(docstring)
    assert docs.text == "Adds.\n\nMore of it."
    assert docs.parameters == {"a": "the first, and more", "b": "the second: with a colon"}


@pytest.mark.parametrize(
    ("docstring", "text"),
    [
        pytest.param(None, "", id="none"),
        pytest.param("", "", id="an empty one"),
        pytest.param("One line.", "One line.", id="one line"),
        pytest.param("Parameters of a model.", "Parameters of a model.", id="a word that is no section's heading"),
    ],
)
def test_reads_docs_without_sections(docstring: str | None, text: str) -> None:
    assert docs_of(docstring).text == text
    assert docs_of(docstring).parameters == {}
