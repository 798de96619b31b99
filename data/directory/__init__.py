"""The office's view of families: search, records, direct edits. It uses importing and what is below."""
