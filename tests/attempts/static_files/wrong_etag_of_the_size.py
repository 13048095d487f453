# exercise: static_files
"""The ETag is the size of the file: another file of the same size counts as the same.

Fails: a client that sends its ETag gets 304 without a body, and the new file after a change
"""

import os
from pathlib import Path

from fastapi import FastAPI, HTTPException, Request, Response
from fastapi.responses import FileResponse

FILES_DIR = Path(os.environ["FILES_DIR"]).resolve()
app = FastAPI(title="static_files")


@app.api_route("/files/{file_path:path}", methods=["GET", "HEAD"])
def read_file(file_path: str, request: Request):
    try:
        path = (FILES_DIR / file_path).resolve(strict=True)
    except (OSError, ValueError, RuntimeError):
        raise HTTPException(404, "No such file") from None
    if not path.is_relative_to(FILES_DIR) or not path.is_file():
        raise HTTPException(404, "No such file")
    size = path.stat().st_size
    answer = FileResponse(path, stat_result=path.stat(), headers={"ETag": f'"{size}"'})
    tags = [tag.strip() for tag in request.headers.get("if-none-match", "").split(",")]
    if answer.headers["etag"] in tags:
        return Response(status_code=304, headers={"ETag": answer.headers["etag"]})
    return answer


@app.get("/health")
async def health():
    return {"status": "ok"}
