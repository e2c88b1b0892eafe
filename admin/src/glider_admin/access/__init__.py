"""Who calls, and what they may: the API server answers both.

answered    who has asked for an execution by its name
caller      a caller: whoever has it acts with that user's own rights
identities  whose a token is, by TokenReview
reviews     what a caller may, by SubjectAccessReview
lasting     for how long both answers are used
"""
