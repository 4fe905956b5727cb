"""Many processes on one PostgreSQL, killed and moved about under traffic: `python -m tests.machines`."""
