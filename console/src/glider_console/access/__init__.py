"""Who asks, and what they may.

entrances   the ways in: each finds the viewer of a request
claims      as whom a request asks to be served
cookies     a token in cookies
identities  whose a credential is, as the API server answers it
reviews     what a viewer may, as the API server answers it
viewer      a viewer: whoever has it acts with that person's own rights
"""
