"""Invoices, payments, gateways, papers."""
