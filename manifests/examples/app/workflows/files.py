"""Tasks that take and return files."""

from pathlib import Path
from tempfile import mkdtemp

from glider import FlyteFile


def report(text: str) -> FlyteFile:
    """Write `text` to a file, which is stored under the raw output prefix."""
    path = Path(mkdtemp()) / "report.txt"
    path.write_text(text)
    return FlyteFile(str(path))


def word_count(document: FlyteFile) -> int:
    """Count the words of `document`, which is downloaded when it is opened."""
    return len(Path(document).read_text().split())
