"""``python -m autograde``: the commands of an instructor."""

import sys

from autograde.commands import main

if __name__ == "__main__":
    sys.exit(main())
