"""The Spark session: how it starts, names its jobs, stays silent, and where it writes."""
