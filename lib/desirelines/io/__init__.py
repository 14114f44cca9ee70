"""Effects: Spark, Delta tables, sources, secrets, MLflow, files.

Nothing here decides what rows mean.
"""
