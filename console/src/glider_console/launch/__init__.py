"""Forms from a task's interface, and executions from a form. Pure.

controls    what one value is entered with
forms       the form for a task: a control for each input, by its type
fields      the controls of a struct, by its JSON schema
entries     what was entered: from what the browser sends to the JSON of the inputs, with the errors of each field
filling     the other way: inputs that are known, as entries
beginning   what a form begins with
settings    what a form sets beside the inputs: names, labels, resources and the like
documents   the TaskExecution that a form makes
checking    all that is wrong with it, by field
consequences  what an action on an execution will do, in words
catalogue   the registered tasks, with their versions
"""
