"""Inputs, outputs and decks: which of the store may be read for a viewer, and how it is shown."""
