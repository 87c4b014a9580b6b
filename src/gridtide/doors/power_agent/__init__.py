"""How are accelerators bounded by those who may not touch them? A small process lends limits and takes them back."""
