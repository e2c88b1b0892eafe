"""Rates, from a file of the package."""

import csv
from pathlib import Path

RATES = Path(__file__).parent.parent / "data" / "rates.csv"


def rate_of(currency: str) -> float:
    with RATES.open() as file:
        return next(float(row["rate"]) for row in csv.DictReader(file) if row["currency"] == currency)
