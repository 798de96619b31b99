"""« Réinscriptions »."""
