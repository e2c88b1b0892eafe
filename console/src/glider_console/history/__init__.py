"""Finished executions that the history in the store has, for those whose right to see executions reaches them.

rows      a row of the history's index as a row of the list
segments  the segments of the index, read once: which there are, and what is in each
together  segments that are read beside each other, whichever of them are torn or merged meanwhile
past      the rows that one viewer's query selects, beside the live ones
records   one execution by its name or its UID, as it ended
logs      the log of an attempt whose pod is gone
history   all of it, as the console's routes use it
"""
