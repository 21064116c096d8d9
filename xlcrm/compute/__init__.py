"""Pure functions from frames to frames: clocks, cadences, states, the due list."""
