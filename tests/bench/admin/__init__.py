"""What the front for flytekit's clients takes: clients that wait, clients that are idle, as many calls as it answers, and its share
of a task's start.

    python -m tests.bench.admin [--executions 2000] [--clients 200] [--idle 1000] [--rounds 7]

people     tokens, and what one poll of FlyteRemote asks
connected  connections that stay open
starting   how soon a task has its pod
requests   what the API server was asked for
"""
