"""What a release is made of. `image` runs within the builds of images.

| module | |
| --- | --- |
  image     a small root file system, with an SBOM and the licences of all that is in it
  revision  the commit that is built, and its time
"""
