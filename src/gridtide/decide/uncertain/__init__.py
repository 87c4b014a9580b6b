"""How is a plan made where a forecast may miss? One way a file."""
