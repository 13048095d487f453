"""``python -m clinic`` is the command ``clinic``."""

import sys

from clinic.cli import main

if __name__ == "__main__":
    sys.exit(main())
