"""What would a stranger's plant draw? Hidden plants with equations of their own; nothing here knows `physics`."""
