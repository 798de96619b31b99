"""Families, adults, pupils: what is recorded of them, what they ask to change, what the office finds and decides."""
