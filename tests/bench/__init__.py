"""Benchmarks: run by hand or by `make bench`, never by pytest.

executor   the executor beside flytekit's own programs: the command line, and the rounds
cases      what is measured, and the targets
tasks      the tasks, as flytekit's and as plain functions
measuring  one run: CPU, wall time and peak memory of a whole process tree
reporting  the tables, for a terminal and in markdown
node       from apply to finished on the real node, beside a Job
history    what is looked up in a history of 100,000 executions
server     an S3 server for one run, where none is given
"""
