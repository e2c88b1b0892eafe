"""The parts of docs/ that are made from the code: `python -m tests.reference`, or `make generate`.

Between two comments, `<!-- generated: NAME -->` and `<!-- end -->`, a page has what the generator NAME makes; the rest is
written by people.

crds           the fields of the custom resources, from manifests/crd
configuration  the operator's settings, from their declarations
pages          puts what is generated into the pages
"""
