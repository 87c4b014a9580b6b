"""How does Slurm speak?

Documents of `squeue --json` and slurmrestd of every version, arguments and bodies, hints of owners, the course of a
pause.
"""
