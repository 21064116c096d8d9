"""`python -m xlcrm`: the same as the command `xlcrm`."""

from xlcrm.entrypoints.cli import console

if __name__ == "__main__":
    console()
