# exercise: ledger
"""A status line that is JSON and absurd: deep, long, with hostile text.

Aims: an exception of json, or text that reaches the feedback unescaped.
Ends: not_yet
"""

import json
import os

evil = "\x1b[31m</td><script>alert(1)</script>=HYPERLINK(1)\u202e\ud800" * 100
for line in ("[" * 10_000, json.dumps({"state": "failed", "message": evil}), "9" * 10_000):
    for number in range(3, 200):
        try:
            os.write(number, line.encode() + b"\n")
        except OSError:
            continue
os._exit(7)
