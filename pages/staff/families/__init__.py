"""« Familles » and a family’s sheet."""
