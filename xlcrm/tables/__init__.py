"""What each sheet is: tables and columns as data."""
