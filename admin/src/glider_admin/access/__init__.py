"""Who calls, and what they may: the API server answers both.

caller      a caller: whoever has it acts with that user's own rights
identities  whose a token is, by TokenReview
reviewing   sends reviews, so many at once
claims      what a token claims, without its signature
reviews     what a caller may, by SubjectAccessReview
lasting     for how long both answers are used
turns       whose call is next
advice      what to set in a client's configuration
"""
