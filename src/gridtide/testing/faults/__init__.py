"""What survives when something breaks? Each fault one file with its promise; `python -m gridtide.testing.faults`."""
