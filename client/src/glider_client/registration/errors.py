"""What is wrong with the user's code, or with how it was named: one sentence, and what to do about it."""

from __future__ import annotations


class RegistrationError(Exception):
    """The message is for the user."""


class UserCodeError(RegistrationError):
    """The user's module raised something, which is the cause; the message has the user's own line."""


class TaskNotFoundError(RegistrationError):
    """There is no such task, or no such file; the message names what there is."""
