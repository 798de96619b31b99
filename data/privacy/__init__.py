"""What the law asks: the export of one's data, retention, register and notice, files without a row. It uses access_grants and what is below."""
