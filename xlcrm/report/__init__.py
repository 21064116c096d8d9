"""The analysis as something to hand out: one page in a browser or on paper, or pictures."""
