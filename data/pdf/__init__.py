"""Paper: pages, tables and the documents drawn with them, from plain values. It uses core."""
