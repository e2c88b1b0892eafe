"""The parts of docs/ and of the chart that are made from the code: `python -m tests.reference`, or `make generate`.

Between two comments, `<!-- generated: NAME -->` and `<!-- end -->`, a page has what the generator NAME makes; the rest is
written by people.

crds           the CRDs, and the tables of their fields, from their declarations in glider_core.api
configuration  the operator's settings, from their declarations
variables      the variables of command lines
exits          how an attempt ends badly
commands       the commands of `glider`
metrics        the operator's metrics
dashboard      the Grafana dashboard of the chart
chart          the schema of the chart's values
values         the descriptions in it, and the tables of the chart's README
manifests      the plain manifests, from what the chart renders
argocd         what Argo CD is taught, from its Lua
krew           the plugin's archive and manifest
shapes         the shapes of core/v1 that a pod is made of
schema         JSON Schema of what a parser takes
pages          puts what is generated into the pages
"""
