"""Raw rows from Delta, JSON, CSV and Parquet: each file once, whatever is wrong in it."""
