"""Follows executions to their end: what a person sees of them while they run, and what they came to.

following   threads, requests and the clock; the only effects but for reads
watching    the watch of executions or pods, over broken connections
reading     the log of one pod to its end, over broken connections
resuming    when, and from where, a log is read on after a connection; pure
state       events -> what is known of an execution, and what there is to show about it; pure
progress    the phase and a remark, of an execution and its pod; pure
logs        the lines of a log, none twice and none lost; pure
records     what people see of the executor's own records in a log; pure
results     outputs and errors as text; pure
outcomes    exit codes; pure
display     plain lines; live: a live view on a terminal
"""
