"""What the responsable looks after: the journal’s screen and the settings."""
