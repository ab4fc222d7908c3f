"""What a log or a recording says when it is run through the evaluator again: pure readings, no screens."""
