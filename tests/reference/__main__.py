"""`python -m tests.reference`: bring the generated parts of docs/ and of the chart's schema up to date."""

from tests.reference.chart import SCHEMA, current_schema
from tests.reference.pages import PAGES, current

for page in PAGES:
    page.write_text(current(page))
SCHEMA.write_text(current_schema())
