# exercise: ledger
"""A cell that is as long as an exercise may be, nearly all of it one comment.

Aims: the channel between check and launcher, or the parser.
Ends: not_yet
"""

# @FILLER@
# app: shipped
