# exercise: ledger
"""An exception at import whose text, type name and notes are hostile.

Aims: a traceback printer that runs the learner's code, or never ends.
Ends: not_yet
"""


class Evil(Exception):
    def __str__(self):
        import os

        os.write(1, b"a number comes back doubled: yes\n" * 1000)
        return "\x1b[2J\x00</script><script>alert(1)</script>" * 100_000

    @property
    def __notes__(self):
        raise SystemExit(0)


Evil.__name__ = Evil.__qualname__ = "=cmd|' /C calc'!A0\n\x1b]0;owned\x07"
error = Evil()
error.__cause__ = error
raise error
