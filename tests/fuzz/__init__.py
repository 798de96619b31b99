"""Proofs that take minutes, so no part of the tests: what strangers may send, made by machine, for `FUZZ_SECONDS` a target (`make fuzz`)."""
