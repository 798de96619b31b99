"""The commands of `python main.py`, one function each. Only main.py uses it; it uses everything below.

A command imports what it needs when it runs: `--help` reads no settings and opens no database.
"""

import argparse
from typing import TypeAlias

Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"
