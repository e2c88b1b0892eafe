"""deck.html as text: tables, and the page with a tab for each deck."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """An HTML table; its text is escaped."""
    cells = "".join(f"<th>{escape(name)}</th>" for name in head)
    lines = "".join(f"<tr>{''.join(f'<td>{escape(str(cell))}</td>' for cell in row)}</tr>" for row in rows)
    return f"<table><thead><tr>{cells}</tr></thead><tbody>{lines}</tbody></table>"


def page(shown: Mapping[str, str]) -> str:
    """deck.html: a tab for each deck, by its name. Of several with one name the last counts, at the place of the first."""
    tabs = "".join(f"<li onclick='show({number})'>{escape(name)}</li>" for number, name in enumerate(shown))
    bodies = "".join(f"<div>{html}</div>" for html in shown.values())
    return _PAGE.replace("%TABS%", tabs, 1).replace("%BODIES%", bodies, 1)


_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>Deck</title>
<style>
body { font-family: sans-serif; margin: 1rem 2rem; }
#tabs { display: flex; gap: 1.5rem; padding: 0; list-style: none; }
#tabs li { cursor: pointer; padding: .5rem; font-weight: bold; color: #666; }
#tabs li.on { color: #333; border-bottom: 4px solid #7652ff; }
#bodies > div { display: none; padding: 1rem 0; }
#bodies > div.on { display: block; }
table { border-collapse: collapse; }
th, td { border: 1px solid #ccc; padding: .25rem .75rem; text-align: left; }
pre { overflow: auto; background: #f6f6f6; padding: 1rem; }
</style>
</head>
<body>
<ul id="tabs">%TABS%</ul>
<div id="bodies">%BODIES%</div>
<script>
function show(number) {
  for (const list of [document.getElementById("tabs"), document.getElementById("bodies")])
    [...list.children].forEach((child, index) => child.classList.toggle("on", index === number));
}
show(0);
</script>
</body>
</html>
"""
