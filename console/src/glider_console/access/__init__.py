"""Who asks, and what they may.

entrances   the ways in: each finds the viewer of a request
reviews     what a viewer may, as the API server answers it
rights      what is to be allowed, in RBAC's words
viewer      a viewer: whoever has it acts with that person's own rights
"""
