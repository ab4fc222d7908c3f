"""Where samples come from: one contract (``source``), an adapter each."""
