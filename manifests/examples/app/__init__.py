"""The code of the examples: what a user's image holds."""
