"""What the console takes: many executions, many changes, many viewers.

    python -m tests.bench.console [--executions 10000] [--changes 100] [--viewers 20]

server      the console as a process, whose viewers name themselves
crowd       executions, and their changes
viewers     streams that stay open
measuring   CPU and memory while that goes on
"""
