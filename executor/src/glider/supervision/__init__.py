"""Two processes for one task, so that one is left to report the end: the parent, a bare interpreter that waits, and the child,
which is forked off before anything heavy is imported and runs the task.

parent       forks, forwards signals, reaps, and knows how the child ended
child        what the child reports to the parent, and its end
recording    what the parent does so that the task's output is kept
recorder     what it needs of whoever keeps that
streams      standard output and error, on their way through the parent
pump         moves what the task writes, and gives a copy to whoever keeps it
pace         when that rests
memory       the kernel's counter of OOM kills
termination  SIGTERM in the child
"""
