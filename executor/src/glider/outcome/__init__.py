"""How a task ends, and what is left of that for others to read.

exits     the table of ends: code, kind, origin and exit code
failures  where in a run something went wrong
outcomes  which exception is which of them, and what is reported about it
traces    flytekit's form of a message, with the user's own lines of the traceback
results   what a run has to store when it went well
report    writes outputs.pb or error.pb, deck.html and the summary, and sends the metrics
"""
