"""What the program promises, each with the test that could break it: ``python -m promises [NAME]``.

A row has a full form, started by hand, whose result is kept in docs/promises.md, and a quick one in ``make test``.
"""
