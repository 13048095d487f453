# exercise: response_cookies
"""No framework: an ASGI function, and http.cookies for the lines."""

import json
import secrets
from http.cookies import SimpleCookie
from urllib.parse import parse_qs, quote

sessions = {}


async def app(scope, receive, send):
    if scope["type"] == "lifespan":
        while True:
            message = await receive()
            await send({"type": message["type"] + ".complete"})
            if message["type"].endswith("shutdown"):
                return
    body = b""
    while True:
        message = await receive()
        body += message.get("body", b"")
        if not message.get("more_body"):
            break
    jar = {}
    for key, value in scope["headers"]:
        if key == b"cookie":
            for part in value.decode("latin-1").split(";"):
                n, _, v = part.strip().partition("=")
                jar[n] = v
    mine = jar.get("__Host-session", "")
    headers, status, answer = [], 404, b""
    if (scope["method"], scope["path"]) == ("POST", "/login"):
        name = parse_qs(body.decode())["name"][0]
        token = secrets.token_hex(16)
        sessions[token] = name
        cookies = SimpleCookie()
        cookies["__Host-session"] = token
        cookies["__Host-session"].update(
            {"secure": True, "httponly": True, "max-age": 3600, "path": "/", "samesite": "Strict"}
        )
        cookies["display_name"] = quote(name, safe="")
        cookies["display_name"].update({"secure": True, "path": "/"})
        headers = [(b"set-cookie", m.OutputString().encode()) for m in cookies.values()] + [
            (b"location", b"/me")
        ]
        status = 303
    elif (scope["method"], scope["path"]) == ("GET", "/me"):
        status = 200 if mine in sessions else 401
        answer = (
            json.dumps({"name": sessions[mine]}).encode()
            if mine in sessions
            else b'{"detail":"Please sign in"}'
        )
        headers = [(b"content-type", b"application/json")]
    elif (scope["method"], scope["path"]) == ("POST", "/logout"):
        sessions.pop(mine, None)
        status = 303
        headers = [
            (b"location", b"/"),
            (b"set-cookie", b"__Host-session=; path=/; secure; max-age=-1"),
            (b"set-cookie", b"display_name=gone; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT"),
        ]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": answer})
