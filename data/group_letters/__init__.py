"""Letters to groups of families: chosen, written once, sent, read, accepted. It uses reenrolment and what is below."""
