"""Inputs, outputs and decks: which of the store may be read for a viewer, and how it is shown.

rule      which URIs are read for a viewer: the security boundary
source    the store, and the operator's configuration that limits what is read of it
store     reads the object store: small pieces, in good time
values    which inputs and outputs there are, and where
nodes     values as trees, cut to what a page can show
tables    tables: columns, the number of rows, and the first of them
parquet   the process that reads a parquet file for `tables`
media     what kind of content an object has, and the headers that it is served with
"""
