"""The commands, one module a family; each offers its own as `commands`, which `cli` puts together."""
