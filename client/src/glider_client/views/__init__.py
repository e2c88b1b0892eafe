"""What the command line shows, as text and as documents. Pure: objects and a time come in, lines come out.

tables    rows of cells, aligned as kubectl aligns them
jsonpath  kubectl's JSONPath templates
columns   custom columns
"""
