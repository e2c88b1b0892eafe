"""Filters, order and pages of lists, as FlyteAdmin has them; pure.

fields   what an entity can be filtered and sorted by
filters  the string of a request: eq(name,x)+value_in(phase,A;B)
pages    one page of a list: what passes the filters, in order, from a token on
"""
