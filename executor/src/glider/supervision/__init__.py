"""Two processes for one task, so that one is left to report the end: the parent, a bare interpreter that waits, and the child,
which is forked off before anything heavy is imported and runs the task.

parent    forks, forwards signals, reaps, and knows how the child ended
line      what the child says to the parent: one pipe for its reports, one for faulthandler's dump
memory    the kernel's counter of OOM kills
ending    how the child ended, for those who tell it
"""
