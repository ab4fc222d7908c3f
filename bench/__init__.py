"""Measurements: each prints its figure beside the limit that it is held to. Ratios come from one run."""
