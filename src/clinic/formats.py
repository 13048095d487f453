"""Keep the start of jsonschema short, by leaving out two formats that nothing here uses."""

from __future__ import annotations

import sys


def leave_out_iris() -> None:
    """Let jsonschema do without ``iri`` and ``iri-reference``; call it before it is imported.

    For these two it imports rfc3987-syntax where that is installed, as JupyterLab wants it.
    Version 1.1.0 builds a grammar on import: 1.1 s of processor time and 15 MB. jsonschema (4.26)
    does without what it cannot import.
    """
    sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]
