"""What became of the executions of one task, over time and by version. Pure.

runs        the executions of one task, of its versions, in a span of time
statistics  success, durations, waits and reasons of runs
memory      what the runs needed beside what the task asks for
report      all of it as the page's document
"""
