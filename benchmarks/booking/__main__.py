"""Prints the table and the figures of both storms."""

from benchmarks.booking.storm import both
from benchmarks.booking.table import rows

if __name__ == "__main__":
    for row in rows():
        print(row.line())
    for figures in both():
        print(figures, "holds" if figures.holds else "FAILS")
