"""A patient who is not there: pure, seeded, and answering what is done. Nothing here reads a clock or a global."""
