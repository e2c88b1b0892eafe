"""The alerts of the chart, by promtool alone. tests/integration/fire has them with a real operator."""
