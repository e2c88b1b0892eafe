"""The one exception that reaches a person: its text says what is wrong and what to do."""


class ClusterError(Exception):
    """The cluster can't be brought up, used or taken down as asked."""
