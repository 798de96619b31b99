"""Invoices, payments at the counter and online, the archive of PDFs. It uses schooling and what is below."""
