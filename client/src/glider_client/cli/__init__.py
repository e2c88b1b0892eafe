"""The `glider` command, for people.

glider     the command, and the table of its subcommands
run        `glider run`: runs executions
render     `glider render`: the pods that the operator would create
describe   `glider describe`: one execution for people
lifecycle  `glider cancel`, `suspend`, `resume`, `delete`
doctor     `glider doctor`: checks a cluster
operators  which operators a cluster has, and what each serves
api        reads objects of a cluster
examples   the examples in a command's help
options    the options that several commands have
selection  which executions a command is for: names, labels, or all
"""
