"""A task whose output may be too large for the status."""


def repeat(text: str, times: int) -> str:
    """Return `text` as often as `times` says."""
    return text * times
