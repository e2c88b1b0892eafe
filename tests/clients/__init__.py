"""Flyte's own clients as users have them, unmodified, each with a home and a configuration file of its own.

programs  pyflyte of two releases, and flytectl: built or installed once, and kept in the user's cache
users     a user's client: where it connects, with which token, for which project
"""
