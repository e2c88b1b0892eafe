"""The `glider` command, for people.

glider     the command, and the table of its subcommands
interrupts whether an exception comes from Ctrl-C
run        `glider run`: runs a task, a template or executions | local_run: on this machine; run_options: its options
taskline   a task and its inputs on a command line; subjects: what that task is
submit     `glider submit`: applies executions and follows them
follow     `glider follow`: follows executions | followed: the same at the end of another command
register   `glider register`: publishes tasks with their code
template   `glider template`: prints one TaskTemplate
replay     `glider replay`: runs an execution of the cluster again on this machine
render     `glider render`: the pods that the operator would create
validate   `glider validate`: all that the operator would report about files
diff       `glider diff`: what an apply of files would change
convert    `glider convert`: tasks in flytekit's own form as TaskTemplates, and back
get        `glider get`: executions as a table or as documents
describe   `glider describe`: one execution for people
rerun      `glider rerun`: runs an execution again
logs       `glider logs`: what an execution's attempts print | stored_logs: by what the store has
values     `glider inputs`, `outputs`: the values of an execution, and its files
deck       `glider deck`: the page that a task made
wait       `glider wait`: until executions have finished
top        `glider top`: what pods use now
usage      `glider usage`: what executions of the history asked for and used
recommend  `glider recommend`: what a task should ask for
history    `glider history check`: whether the index has what there are records of
events     `glider events`: Kubernetes' Events
templates  `glider templates`: the registered tasks
tree       `glider tree`: templates, executions, attempts and reruns
lifecycle  `glider cancel`, `suspend`, `resume`
delete     `glider delete`: executions, also with their data
token      `glider token`: the token of the kubeconfig's user
version    `glider version`: the versions of client, operator and CRDs
completion `glider completion`: scripts for shells, and names from the cluster
console    `glider console`, where its package is installed
plugin     `kubectl glider`
doctor     `glider doctor`: checks a cluster
history_options  those of commands that read the history too
archived   what commands have in common that read the history and nothing else
listing    lists of objects: which ones, and how they are printed
past       lists of the history
watching   lists that go on with each change
printing   documents, tables, colours
examples   the examples in a command's help
options    the options that several commands have
code_options  those of commands that turn code into TaskTemplates
places     where a command finds its execution: on the cluster, in the history, or in either
selection  which executions a command is for: names, labels, or all
"""
