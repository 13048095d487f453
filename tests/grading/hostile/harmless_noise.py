# exercise: ledger
"""A right repair that prints to stderr, warns, leaves threads and files, and exits strangely.

Aims: nothing; it is right, so it keeps its marks (in nbgrader, text on stderr costs them).
Ends: repaired
"""

import sys
import threading
import time
import warnings

print("careful", file=sys.stderr)
warnings.warn("deprecated")
threading.Thread(target=time.sleep, args=(600,), daemon=False).start()
for number in range(100):
    open(f"left-{number}.tmp", "w").close()
# app: repaired
