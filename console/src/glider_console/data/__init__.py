"""Inputs, outputs and decks: how they are shown.

values    which inputs and outputs there are, and where
nodes     values as trees, cut to what a page can show
tables    tables: columns, the number of rows, and the first of them
parquet   the process that reads a parquet file for `tables`
media     what kind of content an object has, and the headers that it is served with
"""
