# exercise: ledger
"""A cell that is nested too deeply, for the parser and the compiler.

Aims: a crash of the compiler in the process that reads the cell.
Ends: not_yet
"""

eval("(" * 1_000_000 + ")" * 1_000_000) if False else exec("x = " + "-" * 3_000_000 + "1")
# app: shipped
