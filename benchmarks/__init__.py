"""Side-by-side measurements: `python -m benchmarks` (or `make bench`) runs all of them.

Every competitor computes in processes of its own, which `driver.py` starts with a clean environment and which sleep
while another one is measured. A round measures each of them once, in a new order; a table shows medians over the
rounds, a ratio is the median of the rounds' ratios, so that a slow minute of the machine hits both sides. What
is measured is one file each (`steps.py`, `overhead.py`, …), and so is each competitor (`peers/`).

To add a measurement, write a file with the functions of `measurement.py` and name it there; to add a competitor, write
a file in `peers/` and name it in `peers/__init__.py`.
"""
