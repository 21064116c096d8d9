"""What the office decided: rules as rows."""
