"""Benchmarks: measured figures against their bars. Run all with ``make bench``."""
