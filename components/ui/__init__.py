"""Drawn parts: markup, forms, fields, lists, tables, the review queue, charts. Strings in, markup out; no NiceGUI."""
