# exercise: ledger
"""A database with megabytes in one row, text that is no UTF-8, and hostile words.

Aims: the check's memory, or text that reaches the feedback unescaped.
Ends: not_yet
"""

import sqlite3

connection = sqlite3.connect("notes.db")
connection.execute("CREATE TABLE IF NOT EXISTS notes (text)")
for value in ("x" * 50_000_000, "\x1b[31m<script>alert(1)</script>=1+1", 2**62, None, b"\xff"):
    connection.execute("INSERT INTO notes VALUES (?)", (value,))
connection.execute("INSERT INTO notes VALUES (CAST(x'ff' AS TEXT))")
connection.commit()
connection.close()
# app: shipped
