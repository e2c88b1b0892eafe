import pandas
from flytekit import task


@task
def run(source: pandas.DataFrame) -> pandas.DataFrame:
    return source
