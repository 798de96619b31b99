"""Pictures of the running demonstration: what docs/screens shows, and what « Aide » explains with."""
