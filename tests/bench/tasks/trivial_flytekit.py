from flytekit import task


@task
def run(a: int, b: int) -> float:
    return a / b
