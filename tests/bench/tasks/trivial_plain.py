def run(a: int, b: int) -> float:
    return a / b
