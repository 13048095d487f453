# exercise: ledger
"""Swaps its database for a link, over and over, while the check is about to open it.

Aims: a check that looks first and opens then.
Ends: not_yet
"""

import os
import sqlite3
import threading

connection = sqlite3.connect("real.db")
connection.execute("CREATE TABLE IF NOT EXISTS notes (text TEXT)")
connection.commit()
connection.close()


def swap():
    while True:
        for make in (lambda: os.link("real.db", "new"), lambda: os.symlink("@CANARY@/secret.db", "new")):
            try:
                make()
                os.replace("new", "notes.db")
            except OSError:
                try:
                    os.unlink("new")
                except OSError:
                    continue


threading.Thread(target=swap, daemon=True).start()
# app: shipped
