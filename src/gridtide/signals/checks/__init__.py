"""Which fault does a series have? One file a fault: rows, how many, and what to do; nothing is repaired here.

A check of one series takes it in the order of time; a check against another takes both.
"""
