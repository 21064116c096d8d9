"""Lists and sheets that a refresh rebuilds, each a frame of rows."""
