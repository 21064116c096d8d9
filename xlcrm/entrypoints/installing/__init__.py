"""`xlcrm schedule`: what the machine's own scheduler needs to start `xlcrm watch PATH --once` in time."""
