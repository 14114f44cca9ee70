"""Ratios to named peers and floors of the same run: `make bench PART=sessions SIZE=1000000`."""
