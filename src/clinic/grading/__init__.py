"""For instructors: hand the course out, and grade what comes back.

Nothing that a learner uses imports this package. Read in this order: :mod:`.submissions` (what was
handed in), :mod:`.handin` (which exercises stand in it), :mod:`.run` (judge them all, survive
everything), :mod:`.sandbox` (where strangers' code runs), :mod:`.results` (one file per student),
:mod:`.gradebook` and :mod:`.feedback` (what people read). :mod:`.release` makes what learners get.
"""
