"""``clinic lab``: JupyterLab on the lessons, opened at the start page and already signed in."""

from __future__ import annotations

import errno
import os
import secrets
import signal
import socket
import sys
from collections.abc import Iterable
from pathlib import Path

from clinic.catalog import START, Course
from clinic.errors import MachineError

DEFAULT_PORTS = range(8888, 8988)
_HOST = "127.0.0.1"


def open_lab(course: Course, port: int | None, browser: bool) -> int:
    """Run JupyterLab until Ctrl-C and return its exit status.

    Its root is the folder of the lessons, so that answers and checks are out of a learner's sight.
    ``port`` None takes the first free one of ``DEFAULT_PORTS``.

    Raises:
        MachineError: the port that was asked for, or every default one, is taken.
    """
    chosen = free_port(DEFAULT_PORTS if port is None else [port])
    options = lab_options(course.notebooks, chosen, browser=browser and has_browser())
    # Between our look and Jupyter's own, two seconds later, a neighbour may have taken the port.
    options.append(f"--ServerApp.port_retries={4 if port is None else 0}")
    os.environ.update(kernel_environment())
    if is_root():
        print("You are root: JupyterLab runs all the same, with all of root's rights.")
    print("JupyterLab is starting ...", flush=True)
    _run(options)
    print("\nJupyterLab is closed. What you saved is in your notebooks.", flush=True)
    return 0


def free_port(ports: Iterable[int]) -> int:
    """Return the first port that nobody listens on.

    Raises:
        MachineError: there is none.
    """
    wanted = list(ports)
    for port in wanted:
        if _can_listen(port):
            return port
    raise MachineError(_no_port(wanted))


def page_link(port: int, token: str) -> str:
    """Return the address that opens the start page and signs its visitor in."""
    return f"http://{_HOST}:{port}/lab/tree/{START}?token={token}"


def has_browser() -> bool:
    """Return whether a browser window can open; without a desktop, a text browser would."""
    desktop = ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER")
    return sys.platform == "darwin" or any(os.environ.get(name) for name in desktop)


def is_root() -> bool:
    """Return whether JupyterLab must be told that being root is meant."""
    return os.geteuid() == 0


def kernel_environment() -> dict[str, str]:
    """Return what the kernels of the lessons must inherit.

    - The kernel of this very environment wins over one of the same name in the user's home
      (``JUPYTER_PREFER_ENV_PATH``, see the paths of jupyter_core).
    - A folder ``clinic`` beside the notebooks must not hide the package (``PYTHONSAFEPATH``).
    """
    return {"JUPYTER_PREFER_ENV_PATH": "1", "PYTHONSAFEPATH": "1"}


def lab_options(root: Path, port: int, browser: bool) -> list[str]:
    """Return the options of JupyterLab; they win over the user's own configuration files."""
    import zmq  # costly, and `clinic.cli` imports this module for its default ports only

    return [
        f"--ServerApp.root_dir={root}",
        f"--ServerApp.ip={_HOST}",
        f"--ServerApp.port={port}",
        f"--ServerApp.open_browser={browser}",
        f"--ServerApp.allow_root={is_root()}",
        f"--LabApp.default_url=/lab/tree/{START}",
        f"--KernelManager.transport_encryption={'auto' if zmq.has('curve') else 'disabled'}",
        # Its chatter would bury the link.
        "--ServerApp.log_level=ERROR",
        "--LabApp.log_level=ERROR",
    ]


def _run(options: list[str]) -> None:
    """Serve in this process until a signal stops it, and print the link once it answers.

    The token is an option of this process alone, so that no list of processes shows it.
    """
    from jupyterlab.labapp import LabApp  # two seconds that no other command should pay

    token = secrets.token_hex(24)
    server = LabApp.initialize_server(argv=[*options, f"--IdentityProvider.token={token}"])
    server.io_loop.add_callback(_announce, page_link(server.port, token))
    # Jupyter's own handler asks "are you sure?", and without a terminal leaves the kernels behind.
    signal.signal(signal.SIGINT, lambda *_: server.stop(from_signal=True))
    server.start()


def _announce(link: str) -> None:
    print(
        f"\nThe course is open here (if no page appears, open this link yourself):\n\n    {link}\n"
    )
    print("Ctrl-C ends it.", flush=True)


def _can_listen(port: int) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        # As Jupyter itself binds: a port that was just left is free again.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((_HOST, port))
        except OSError as error:
            if error.errno in (errno.EADDRINUSE, errno.EACCES):
                return False
            raise
    return True


def _no_port(ports: list[int]) -> str:
    if len(ports) == 1:
        return (
            f"Port {ports[0]} is taken or not allowed. Leave the port out and the course finds"
            " a free one, or name another: make lab PORT=9000"
        )
    return (
        f"All ports from {ports[0]} to {ports[-1]} are taken."
        " Close a JupyterLab that you no longer need, or name a port: make lab PORT=9000"
    )
