"""« Imports »."""
