"""Mail: what is said, what is masked, and how it is sent."""
