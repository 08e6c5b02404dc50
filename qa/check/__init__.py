"""Does a passage carry a sentence? One alignment of the two (align), and one file a rule; the verdict is in verdict.py."""
