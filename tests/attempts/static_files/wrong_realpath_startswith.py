# exercise: static_files
"""Links are resolved, and then two strings are compared: a folder beside begins in the same way.

Fails: no address gives away a file from outside the folder
Fails: what is no file of the folder is refused: 404 if missing, and never 200 or 500
"""

import os

from fastapi import FastAPI, HTTPException, Request, Response
from fastapi.responses import FileResponse

FILES_DIR = os.path.realpath(os.environ["FILES_DIR"])
app = FastAPI(title="static_files")


@app.api_route("/files/{file_path:path}", methods=["GET", "HEAD"])
def read_file(file_path: str, request: Request):
    path = os.path.realpath(os.path.join(FILES_DIR, file_path))
    if not path.startswith(FILES_DIR) or not os.path.isfile(path):
        raise HTTPException(404, "No such file")
    answer = FileResponse(path, stat_result=os.stat(path))
    if request.headers.get("if-none-match") == answer.headers["etag"]:
        return Response(status_code=304, headers={"ETag": answer.headers["etag"]})
    return answer


@app.get("/health")
async def health():
    return {"status": "ok"}
