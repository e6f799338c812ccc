"""Figures beside yardsticks: `make bench`."""
