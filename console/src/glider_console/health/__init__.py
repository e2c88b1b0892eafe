"""The operator, as it sees itself."""
