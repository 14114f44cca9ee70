"""Fits in MLflow: every candidate as a run, and the model in the registry."""
