"""What is told outside, and does it do it? One file a device."""
