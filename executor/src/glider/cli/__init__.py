"""The command lines.

execute  glider-execute, which is pyflyte-execute's equal
"""
