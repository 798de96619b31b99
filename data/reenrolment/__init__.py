"""Campaigns, requests, their documents, the review and its queue. It uses billing and what is below."""
