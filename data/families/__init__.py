"""Families, adults, pupils, and the files they give. It uses uploads and core."""
