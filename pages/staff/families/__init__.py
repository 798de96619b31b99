"""« Familles » and a family’s record."""
