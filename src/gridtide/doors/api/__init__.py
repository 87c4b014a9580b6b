"""How is the control room reached over HTTP? Who asks is known first; then a room is asked, and nothing is computed."""
