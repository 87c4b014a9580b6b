"""What does a planner say that nobody has to trust? It is asked in a process without network, files and children."""
