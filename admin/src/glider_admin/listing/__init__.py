"""Filters, order and pages of lists, as FlyteAdmin has them; pure."""
