"""How does a site take part with no port open to the world? Its agent dials out; people at its console come first."""
