"""What goes wrong on purpose, and what is left of it: `python -m tests.faults` prints the table."""
