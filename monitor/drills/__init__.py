"""Drills: what is practised, as data; opening and ending a run; reference policies; running one without a browser."""
