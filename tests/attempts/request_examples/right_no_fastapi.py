# exercise: request_examples
"""Starlette serves it, and the document is written by hand."""

from datetime import date

from pydantic import BaseModel, Field, ValidationError
from starlette.applications import Starlette
from starlette.responses import JSONResponse
from starlette.routing import Route

customers = []


class NewCustomer(BaseModel, extra="forbid"):
    name: str = Field(min_length=3)
    email: str = Field(pattern=r"^\S+@\S+$")
    password: str = Field(min_length=12)
    birthday: date


def example(name, day):
    return {
        "name": name,
        "email": f"{name}@x.example",
        "password": "correct horse",
        "birthday": day,
    }


DOCUMENT = {
    "openapi": "3.1.0",
    "info": {"title": "request_examples", "version": "1"},
    "components": {
        "examples": {
            "ada": {"value": example("ada", "1990-12-31")},
            "bob": {"value": example("bob", "2001-01-01")},
        },
        "schemas": {
            "Text": {"type": "string", "examples": ["correct horse"]},
            "New": {
                "type": "object",
                "required": ["name", "email", "password", "birthday"],
                "additionalProperties": False,
                "properties": {
                    "name": {"type": "string", "minLength": 3, "examples": ["ada"]},
                    "email": {"type": "string", "examples": ["a@b"]},
                    "password": {"$ref": "#/components/schemas/Text"},
                    "birthday": {"type": "string", "format": "date", "examples": ["1990-12-31"]},
                },
            },
        },
    },
    "paths": {
        "/customers": {
            "post": {
                "requestBody": {
                    "required": True,
                    "content": {
                        "application/json": {
                            "schema": {"$ref": "#/components/schemas/New"},
                            "examples": {
                                "ada": {"$ref": "#/components/examples/ada"},
                                "bob": {"$ref": "#/components/examples/bob"},
                            },
                        }
                    },
                },
                "responses": {"201": {"description": "stored"}},
            },
            "get": {
                "parameters": [
                    {
                        "name": "q",
                        "in": "query",
                        "required": True,
                        "schema": {"type": "string", "minLength": 3},
                        "example": "ada",
                    }
                ],
                "responses": {"200": {"description": "found"}},
            },
        }
    },
}


async def register(request):
    try:
        new = NewCustomer.model_validate_json(await request.body())
    except ValidationError as error:
        return JSONResponse(
            {"detail": error.errors(include_context=False, include_input=False)}, 422
        )
    customers.append(new)
    return JSONResponse(new.name, 201)


async def search(request):
    q = request.query_params.get("q", "")
    if len(q) < 3:
        return JSONResponse({"detail": "q is too short"}, 422)
    return JSONResponse([c.name for c in customers if q in c.name])


async def document(request):
    return JSONResponse(DOCUMENT)


app = Starlette(
    routes=[
        Route("/customers", register, methods=["POST"]),
        Route("/customers", search),
        Route("/openapi.json", document),
    ]
)
