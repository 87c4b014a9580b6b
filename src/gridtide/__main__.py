"""`python -m gridtide` is the command line."""

from gridtide.doors.cli import main

if __name__ == "__main__":
    main()
