"""What a page asks its reader to do."""

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
