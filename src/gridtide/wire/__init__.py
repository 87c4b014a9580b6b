"""How does each protocol speak?

Encode, decode, state machines; no I/O; shared by source, device and door.
"""
