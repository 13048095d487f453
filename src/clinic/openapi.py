"""For the authors of hidden checks: an app's OpenAPI document, read and never trusted.

::

    document = read_document(app)                      # GET /openapi.json
    with fact("the document is valid"):
        assert not document.problems(), document.problems()[0]
        read = document.operation("GET", "/orders/{order_id}")
        schema = read.schema(404)
        assert not document.misfits(schema, answer.json()), ...

The document comes from the submission: it may be of any type and form. What cannot be read is a
:class:`clinic.errors.SubmissionError`, hence the fact is untrue. Nothing is ever fetched for it.
"""

from __future__ import annotations

import contextlib
import signal
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from types import FrameType
from typing import Any, NoReturn
from urllib.parse import unquote

from clinic.api import Api
from clinic.errors import SubmissionError
from clinic.formats import leave_out_iris

leave_out_iris()

from jsonschema import Draft202012Validator  # noqa: E402
from openapi_spec_validator import OpenAPIV31SpecValidator  # noqa: E402
from referencing import Registry  # noqa: E402

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
"""The keys of a path item that are operations (OpenAPI 3.1, Path Item Object)."""

LONGEST_READING = 10.0
"""Seconds that judging one document may take: a few references can stand for endless ones."""

_REFERENCES = ("$ref", "$dynamicRef", "$recursiveRef")
_MOST_HOPS = 50


@dataclass(frozen=True)
class Operation:
    """One operation: ``data`` is its Operation Object, ``path`` as the document writes it."""

    method: str
    path: str
    data: Mapping[str, Any]
    document: Document = field(repr=False)

    @property
    def name(self) -> str:
        """The method and the path, for sentences."""
        return f"{self.method} {self.path}"

    def at(self, *keys: str | int) -> Any:
        """Return what stands at these keys, or None; see :meth:`Document.at`."""
        return self.document.at(*keys, start=self.data)

    def response(self, status: int) -> Mapping[str, Any] | None:
        """Return the Response Object for a status: the exact one, its range, the default."""
        responses = _mapping(self.at("responses"))
        for key in (str(status), f"{status // 100}XX", "default"):
            if key in responses:
                return _mapping(self.document.follow(responses[key]))
        return None

    def schema(self, status: int, content_type: str = "application/json") -> Any:
        """Return the schema of that answer's body, or None where the document has none."""
        return self.document.at("content", content_type, "schema", start=self.response(status))

    def body(self, content_type: str = "application/json") -> Any:
        """Return the schema of the request's body, or None."""
        return self.at("requestBody", "content", content_type, "schema")

    def parameters(self) -> tuple[Mapping[str, Any], ...]:
        """Return its parameters, with those of its path item that it does not restate."""
        shared = _sequence(self.document.at("paths", self.path, "parameters"))
        found: dict[tuple[str, str], Mapping[str, Any]] = {}
        for item in [*shared, *_sequence(self.at("parameters"))]:
            parameter = _mapping(self.document.follow(item))
            found[str(parameter.get("in")), str(parameter.get("name"))] = parameter
        return tuple(found.values())

    def security(self) -> tuple[Mapping[str, Any], ...]:
        """Return the requirements that hold for it, its own or else those of the document.

        An empty tuple, or an empty requirement in it, means: no credentials are needed.
        """
        own = self.data.get("security", self.document.at("security"))
        return tuple(_mapping(item) for item in _sequence(own))


class Document:
    """A parsed OpenAPI document of unknown quality."""

    def __init__(self, data: Any, address: str = "/openapi.json") -> None:
        self.data = data
        self.address = address

    def at(self, *keys: str | int, start: Any = ...) -> Any:
        """Return what stands at these keys (of ``start``, by default of the document), or None.

        References on the way, and that of the result, are followed.
        """
        node = self.follow(self.data if start is ... else start)
        for key in keys:
            node = self.follow(_child(node, key))
        return node

    def follow(self, node: Any) -> Any:
        """Return what a Reference Object stands for, any other node itself.

        Raises SubmissionError for a reference that leads nowhere or round in a circle.
        """
        for _ in range(_MOST_HOPS):
            if not (isinstance(node, Mapping) and isinstance(node.get("$ref"), str)):
                return node
            node = self._target(node["$ref"])
        raise SubmissionError(f"{self.address}: a reference leads round in a circle.")

    def _target(self, reference: str) -> Any:
        if not (reference == "#" or reference.startswith("#/")):
            raise SubmissionError(f"{self.address}: {reference[:100]} leads out of the document.")
        node = self.data
        for part in reference[2:].split("/") if len(reference) > 1 else []:
            key = unquote(part).replace("~1", "/").replace("~0", "~")
            node = _child(node, int(key) if isinstance(node, list) and key.isdigit() else key)
            if node is None:
                raise SubmissionError(f"{self.address}: {reference[:100]} leads nowhere.")
        return node

    @property
    def operations(self) -> tuple[Operation, ...]:
        """Every operation under ``paths``, in the order of the document."""
        return tuple(self._operations("paths"))

    @property
    def webhooks(self) -> tuple[Operation, ...]:
        """Every operation under ``webhooks``; its ``path`` is the webhook's name."""
        return tuple(self._operations("webhooks"))

    def _operations(self, section: str) -> Iterator[Operation]:
        for path, item in _mapping(self.at(section)).items():
            for method, data in _mapping(self.follow(item)).items():
                if method in METHODS and isinstance(data, Mapping):
                    yield Operation(method.upper(), path, data, self)

    def operation(self, method: str, path: str) -> Operation:
        """Return one operation; names of path parameters do not count (``/items/{any}``).

        Raises SubmissionError where the document does not have it.
        """
        for operation in self.operations:
            if operation.method == method and _anonymous(operation.path) == _anonymous(path):
                return operation
        raise SubmissionError(f"{self.address} does not tell of {method} {path}.")

    def problems(self) -> list[str]:
        """Return what is wrong with the document, in words; an empty list if it is valid.

        The OpenAPI version's own JSON Schema by openapi-spec-validator, and what that lets pass
        (measured on 0.9): names of security schemes that do not exist. A dangling reference
        makes it raise, so those are looked for first.
        """
        if not isinstance(self.data, Mapping):
            return [f"{self.address} is no JSON object."]
        with self._reading():
            return self._bad_references() or [*self._invalid(), *self._unknown_schemes()]

    def _bad_references(self) -> list[str]:
        problems = []
        for node in _objects(self.data):
            for key in _REFERENCES:
                if isinstance(node.get(key), str):
                    try:
                        self.follow({"$ref": node[key]})
                    except SubmissionError as error:
                        problems.append(str(error))
        return problems

    def _invalid(self) -> Iterator[str]:
        version = str(self.data.get("openapi"))
        if not version.startswith("3.1."):
            yield f"{self.address} is of OpenAPI {version[:20]}; FastAPI writes 3.1."
            return
        # Only the first: past a fault of form, the validator's own code trips over it (0.9).
        for error in islice(OpenAPIV31SpecValidator(self.data).iter_errors(), 1):
            place = "/".join(map(str, getattr(error, "absolute_path", ())))
            words = error.message.splitlines()[0][:300]
            yield f"{self.address} is not valid at {place or 'its root'}: {words}"

    def _unknown_schemes(self) -> Iterator[str]:
        known = _mapping(self.at("components", "securitySchemes"))
        for operation in self.operations:
            for name in {name for needed in operation.security() for name in needed} - set(known):
                yield f"{self.address}: {operation.name} wants {name[:80]}, which is no scheme."

    def misfits(self, schema: Any, value: Any) -> list[str]:
        """Return why a value does not fit a schema of this document, in words; [] if it does.

        JSON Schema 2020-12, with formats. Raises SubmissionError for a schema that is none.
        """
        # References start at the root of what is judged, so the document's parts stand there too.
        root = {key: self.at(key) for key in ("components", "paths", "webhooks")}
        with self._reading():
            judge = Draft202012Validator(
                {**root, "allOf": [schema]},
                registry=Registry(),
                format_checker=Draft202012Validator.FORMAT_CHECKER,
            )
            return [_misfit(error) for error in judge.iter_errors(value)]

    @contextlib.contextmanager
    def _reading(self) -> Iterator[None]:
        """Turn whatever a document does to its judges into one sentence, in bounded time."""
        try:
            with _at_most(LONGEST_READING):
                yield
        except SubmissionError:
            raise
        except Exception as error:  # a RecursionError is one too
            words = str(error).splitlines()[0][:200] if str(error) else type(error).__name__
            raise SubmissionError(f"{self.address} cannot be judged: {words}") from error


def read_document(app: Api, address: str = "/openapi.json", **options: Any) -> Document:
    """Return the document at an address; ``options`` as for ``Api.get``.

    Raises SubmissionError where the answer is not 200 or no JSON object.
    """
    answer = app.get(address, **options)
    if answer.status_code != 200:
        raise SubmissionError(f"GET {address} answered {answer.status_code}.")
    data = answer.json()
    if not isinstance(data, dict):
        raise SubmissionError(f"GET {address} answered no JSON object.")
    return Document(data, address)


def _child(node: Any, key: str | int) -> Any:
    if isinstance(node, Mapping):
        return node.get(key)
    if isinstance(node, list) and isinstance(key, int) and -len(node) <= key < len(node):
        return node[key]
    return None


def _mapping(node: Any) -> Mapping[str, Any]:
    return node if isinstance(node, Mapping) else {}


def _sequence(node: Any) -> Sequence[Any]:
    return node if isinstance(node, list) else []


def _anonymous(path: str) -> str:
    return "/".join("{}" if part.startswith("{") else part for part in path.split("/"))


def _objects(data: Any) -> Iterator[Mapping[str, Any]]:
    """Yield every JSON object in ``data``, without recursion: depth is up to the submission."""
    waiting = [data]
    while waiting:
        node = waiting.pop()
        if isinstance(node, Mapping):
            yield node
            waiting += node.values()
        elif isinstance(node, list):
            waiting += node


def _misfit(error: Any) -> str:
    place = ".".join(map(str, error.absolute_path))
    return f"{place}: {error.message[:300]}" if place else str(error.message[:300])


@contextlib.contextmanager
def _at_most(seconds: float) -> Iterator[None]:
    """End what is within after so many seconds. Only a process's main thread can do that."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGALRM, _out_of_time)
    # Again every second after that: a library may catch the first one.
    signal.setitimer(signal.ITIMER_REAL, seconds, 1.0)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def _out_of_time(number: int, frame: FrameType | None) -> NoReturn:
    raise SubmissionError(f"it takes longer than {LONGEST_READING:g} s to read.")
