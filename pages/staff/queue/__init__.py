"""« Demandes »: what waits for an answer."""
