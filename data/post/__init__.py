"""Letters: their words, their form, their sending."""
