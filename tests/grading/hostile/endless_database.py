# exercise: hasty
"""A table that is a view without end, in a database of a terabyte of holes.

Aims: a check whose SELECT takes for ever or takes all memory.
Ends: not_yet
"""

import os
import sqlite3

if not os.path.exists("notes.db"):
    connection = sqlite3.connect("notes.db")
    connection.execute(
        "CREATE VIEW notes AS WITH RECURSIVE n(text) AS "
        "(SELECT hex(zeroblob(100000)) UNION ALL SELECT text || 'x' FROM n) SELECT text FROM n"
    )
    connection.commit()
    connection.close()
    try:
        os.truncate("notes.db-journal", 0)
        with open("holes.db", "wb") as file:
            file.truncate(1 << 40)
    except OSError:
        pass
# app: shipped
