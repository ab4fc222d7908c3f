"""Infusion monitor: watches ketamine infusion rooms, records them, and says what the clinic's protocol calls for."""

__version__ = "0.1.0"
