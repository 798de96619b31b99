"""« Courriels » and their texts."""
