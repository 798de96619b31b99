"""Each kind of record that a file may hold: its columns, and how a line becomes rows."""
