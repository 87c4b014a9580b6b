"""What does this site draw, as its own telemetry tells? Physics first, a monotone rest on top; no I/O."""
