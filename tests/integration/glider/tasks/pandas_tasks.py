"""Tasks with data frames."""

import pandas as pd
from flytekit import task


@task
def grown(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.assign(b=frame["a"] * 2)
