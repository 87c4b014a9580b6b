"""What must every plan respect? One named family of rows a file."""
