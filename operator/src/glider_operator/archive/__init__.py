"""Writes the history of executions that have ended, without holding up anything else.

archive    what the controller reports to it; and the history of an operator that keeps none
remains    what of an execution is kept in memory until it is archived: its pods as they were last, and the operator's own Events
gathering  what of an execution goes into its record, from documents
documents  collects that, from caches, memory and the API server
pending    the executions that are still to be archived
writing    records and rows of the index, in threads; which errors are the store's, and which are a record's own
archiver   from the end of an execution to its row in the index: batches, back-off, what is known to be archived
rescuing   the end of the log of a container that was killed as a whole, from its node
compaction merges the index's segments, beside everything else
retention  applies the rules of retention, periodically
deletion   one run of them
live       which executions are there, and what those refer to that aren't finished
retention_metrics  what is counted of it
working    a thread for what blocks, which can be stopped
"""
