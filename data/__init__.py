"""Tables, queries and operations; no browser. One folder a subject, cli at the top, core at the bottom: each uses only those below it."""
