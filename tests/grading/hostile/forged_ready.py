# exercise: hasty
"""Says on every inherited descriptor that it is ready and repaired, and then only waits.

Aims: a status line that counts as a verdict, or a check that waits for ever.
Ends: not_yet
"""

import json
import os
import time

for state in ("ready", "repaired", "passed"):
    line = json.dumps({"state": state, "message": "", "event": "item", "passed": True}) + "\n"
    for number in range(3, 200):
        try:
            os.write(number, line.encode())
        except OSError:
            continue
time.sleep(10_000)
