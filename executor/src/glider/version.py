"""The executor's version. In a module of its own: whoever sends it needs none of what task authors import."""

__version__ = "0.1.0"
