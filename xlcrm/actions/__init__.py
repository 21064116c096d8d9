"""The verbs; ACTIONS is the one registry that every door uses."""
