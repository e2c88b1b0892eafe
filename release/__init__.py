"""Makes a release, up to the push: `python -m release make VERSION`, or `make release VERSION=…`. docs/release.md has the recipe.

| module | |
| --- | --- |
  making     all that a release has, checked first, in one folder
  versions   where the version stands
  notes      the version's section of the changelog
  revision   the commit that is built, and its time
  front_end  the console's front end, which goes into its wheel
  packages   wheels, source archives, and archives that are the same bytes at each build
  chart      the chart's package and its provenance
  images     the images for each architecture, as archives of OCI's layout
  image      a small root file system, with an SBOM and the licences of all that is in it; runs within the images' builds
"""
