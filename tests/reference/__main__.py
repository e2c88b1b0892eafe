"""`python -m tests.reference`: bring the generated parts of docs/ up to date."""

from tests.reference.pages import PAGES, current

for page in PAGES:
    page.write_text(current(page))
