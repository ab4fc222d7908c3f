"""The clinic's documented protocol, made executable. Pure: it knows no clock, no store and no screen."""
