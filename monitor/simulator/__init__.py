"""A patient who is not there: pure, seeded, and answering what is done. Nothing here reads a clock or a global."""

VERSION = 2
"""Of how the patient lives: the same seed gives another patient under another version.

1: as first shipped. 2: saturation falls by stores of oxygen and shows at the finger later; breathing and saturation move
with drowsiness; labetalol lowers pressure less and the pulse more; persons of a population have noise of their own.
"""
