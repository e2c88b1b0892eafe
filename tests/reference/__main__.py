"""`python -m tests.reference`: bring up to date the CRDs, the table of core/v1, the chart's schema and dashboard, and parts of docs/."""

from tests.reference.chart import current_schema
from tests.reference.crds import CRDS, current_crd
from tests.reference.dashboard import DASHBOARD, current_dashboard
from tests.reference.krew import MANIFEST, current_manifest
from tests.reference.pages import PAGES, current
from tests.reference.shapes import TABLE, current_table
from tests.reference.values import SCHEMA

TABLE.write_text(current_table())
for plural, path in CRDS.items():
    path.write_text(current_crd(plural))
for page in PAGES:
    page.write_text(current(page))
SCHEMA.write_text(current_schema())
MANIFEST.write_text(current_manifest())
DASHBOARD.write_text(current_dashboard())
