"""Resampling, many questions, clusters, shrinkage."""
