"""What a tile and a room show, from state, prompts and the second: pure. Used by the dashboard and by tests.

Frames are plain JSON. Every word, age and clock text is made here, so that a browser only places them.
"""
