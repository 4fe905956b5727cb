"""Benchmarks: ratios measured in one run on one machine, never asserted. `make bench` prints them."""
