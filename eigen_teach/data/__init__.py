"""Data the experiments learn from: one module a data set, and ``fetch``, which gets the large ones."""
