# exercise: ledger
"""Values whose comparison, hash, text and length raise, exit or lie, in every response.

Aims: code of the submission that runs when somebody looks at its values.
Ends: not_yet
"""

import os

from fastapi import FastAPI


class Evil(dict):
    def __eq__(self, other):
        os._exit(0)

    __hash__ = __len__ = __iter__ = __repr__ = __str__ = __bool__ = __eq__

    def items(self):
        return self.__eq__(None)


app = FastAPI()


@app.api_route("/{path:path}", methods=["GET", "POST"])
async def everything(path: str):
    return Evil(double=1)
