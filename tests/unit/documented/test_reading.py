"""What a page asks its reader to do."""

from tests.documented.matching import mismatch
from tests.documented.reading import Command, WriteFile, steps

PAGE = """# A page
Write a file:

```python
# shop.py
def total(price: float) -> float:
    return price
```

and run it:

    $ glider run shop.py total --price 2
    outputs:
      o0: 2.0
    $ glider get
    NAME          PHASE
    total-4k2     Succeeded

Not a session:

    glider get

```yaml
kind: TaskExecution
```
"""


def test_files_and_commands_are_in_their_order():
    assert list(steps(PAGE)) == [
        WriteFile(path="shop.py", text="def total(price: float) -> float:\n    return price\n"),
        Command(typed="glider run shop.py total --price 2", output=("outputs:", "  o0: 2.0")),
        Command(typed="glider get", output=("NAME          PHASE", "total-4k2     Succeeded")),
    ]


def test_durations_times_and_column_widths_may_differ():
    assert mismatch(["add-…   Succeeded  1.4s   12m"], ["add-4f2k9  Succeeded   3s  4s"]) == ""


def test_other_words_may_not_differ():
    assert mismatch(["add Succeeded"], ["add Failed"]) == "expected 'add Succeeded', found 'add Failed'"


def test_a_missing_line_is_a_difference():
    assert mismatch(["a", "b"], ["a"]).startswith("expected 2 lines, found 1")
