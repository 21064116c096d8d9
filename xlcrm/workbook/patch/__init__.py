"""The lossless writer: rewrites only the XML of the sheets that change."""
