"""States and thresholds: what they measure, when they fire, and what they suggest."""
