"""The `glider` command, for people.

glider     the command, and the table of its subcommands
run        `glider run`: runs executions
render     `glider render`: the pods that the operator would create
describe   `glider describe`: one execution for people
doctor     `glider doctor`: checks a cluster
operators  which operators a cluster has, and what each serves
api        reads objects of a cluster
examples   the examples in a command's help
options    the options that several commands have
"""
