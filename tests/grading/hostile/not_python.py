# exercise: ledger
"""A cell with a magic, a NUL and half a character, put together below.

Aims: an error that is no SyntaxError.
Ends: not_yet
"""

# @RUBBISH@
# app: shipped
