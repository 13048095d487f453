"""Exercises of several files: one cell that writes a small package and imports it."""

from __future__ import annotations

import atexit
import importlib
import keyword
import re
import shutil
import sys
import tempfile
import textwrap
from collections.abc import Mapping
from importlib.machinery import PathFinder
from pathlib import Path, PurePosixPath
from types import ModuleType

from clinic.errors import UsageError

_FILE = re.compile(r"/clinic-(?P<name>\w+)-[^/]+/(?P<file>(?P=name)/.+\.py)$")


def package(name: str, files: Mapping[str, str], entry: str = "main") -> ModuleType:
    """Write ``files`` as the package ``name`` and return its module ``entry``, freshly imported.

    ``files`` maps paths inside the package (``"routers/items.py"``) to their text; a missing
    ``__init__.py`` is added to each folder. The package is written to a new temporary folder, so
    nothing is left of an earlier run of the cell::

        app = package("shop", {"main.py": "...", "settings.py": "..."}).app

    Raises UsageError for a name or a path that cannot be part of a package; errors of the imported
    code pass through.
    """
    if not _is_name(name):
        raise UsageError(f"{name!r} cannot be the name of a package.")
    elsewhere = [entry for entry in sys.path if f"clinic-{name}-" not in entry]
    taken = PathFinder.find_spec(name, elsewhere)
    if name in sys.stdlib_module_names or (taken is not None and taken.origin is not None):
        raise UsageError(f"There is a module {name!r} already; take another name.")
    root = Path(tempfile.mkdtemp(prefix=f"clinic-{name}-"))
    atexit.register(shutil.rmtree, root, ignore_errors=True)
    for path, text in files.items():
        _write(root / name, _inner_path(path), text)
    _forget(name)
    sys.path[:] = [str(root), *elsewhere]
    importlib.invalidate_caches()
    # Unlike importlib.import_module(), it leaves the import system out of tracebacks.
    __import__(f"{name}.{entry}")
    return sys.modules[f"{name}.{entry}"]


def file_in_package(path: str) -> str:
    """Return the name (``"shop/admin.py"``) that a file of a package has for its author, or ""."""
    found = _FILE.search(path)
    return found["file"] if found else ""


def _inner_path(path: str) -> PurePosixPath:
    inner = PurePosixPath(path)
    parts = [*inner.parts[:-1], inner.stem]
    if inner.suffix != ".py" or not all(map(_is_name, parts)):
        raise UsageError(f"{path!r} cannot be a module of a package; take a path like 'a/b.py'.")
    return inner


def _is_name(text: str) -> bool:
    return text.isidentifier() and not keyword.iskeyword(text)


def _write(folder: Path, inner: PurePosixPath, text: str) -> None:
    target = folder / inner
    target.parent.mkdir(parents=True, exist_ok=True)
    for parent in (target.parent, *target.parent.parents):
        (parent / "__init__.py").touch()
        if parent == folder:
            break
    target.write_text(textwrap.dedent(text).lstrip("\n"), "utf-8")


def _forget(name: str) -> None:
    for module in [m for m in sys.modules if m == name or m.startswith(f"{name}.")]:
        del sys.modules[module]
