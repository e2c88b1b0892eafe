"""`python -m tests.reference`: bring up to date the CRDs, the table of core/v1, the chart's schema and dashboard, parts of docs/, and what
is for Argo CD.
"""

from tests.reference.argocd import CONFIG_MAP, VALUES, current_config_map, current_values
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
CONFIG_MAP.write_text(current_config_map())
VALUES.write_text(current_values())
