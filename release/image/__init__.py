"""Makes the root file systems of the images, within their builds: `python3 -m release.image operator …`.
An image has no shell, no installer and no distribution's tools: the files that its program needs, and what they are.

It runs in a build's first stage, with that stage's Python alone; the image's architecture may be another one.

| module | |
| --- | --- |
  build          the file systems of the images, step by step
  root           files of a base, with the links to them and the libraries that they need
  elf            which libraries a program needs
  python         the base's Python; distributions from wheels, with bytecode
  component      one part of an image, with its licence
  debian         the Debian packages whose files an image has
  distributions  the Python distributions of an image, and the Rust crates in them
  licences       which licences may be in an image
  sbom           the SPDX document and the list of licences
"""
