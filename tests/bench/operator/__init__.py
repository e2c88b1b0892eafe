"""What the operator costs and how fast it is, beside the Job controller and bare pods on the same control plane in one run.

    python -m tests.bench.operator [--at-once 300 1000] [--steady 200]
    python -m tests.bench.operator --history

plane        the control plane with kwok nodes, and the processes that are measured
contenders   what is created, by whom it is run, and when it is over
load         creates the objects and watches what becomes of them
archived     with a history and without one
archiving    the part of the operator that archives, alone
accounts     CPU and memory of processes, and requests as the API server's audit log has them
report       the tables, and the ratios beside their targets
"""
