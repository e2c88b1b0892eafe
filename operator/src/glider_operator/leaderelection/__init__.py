"""Which of several operators acts: the one that holds a Lease (coordination.k8s.io).

lease       the content of a Lease, and who may take it: pure
fence       whether this operator may write right now
elector     takes, renews and releases the Lease
leadership  the election as a part of the process
"""
