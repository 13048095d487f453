"""A seccomp filter for code under judgement, assembled by hand: what it forbids, and how.

The namespaces and limits of the sandbox decide what such code reaches. The filter takes away what
would help it to leave them (mounting, tracing, new namespaces, rarely used parts of the kernel) or
to keep memory where nobody counts it (``memfd_create``, System V memory). Everything else, such as
threads, programs, files and sockets, works as usual. Source of the numbers: the kernel's
``syscall_64.tbl`` and ``asm-generic/unistd.h``; of the program: ``seccomp(2)``.
"""

from __future__ import annotations

import errno
import struct

_DENIED = {
    # name: (x86_64, aarch64), None where the architecture has no such call
    "ptrace": (101, 117),
    "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271),
    "kcmp": (312, 272),
    "pidfd_getfd": (438, 438),
    "process_madvise": (440, 440),
    "mount": (165, 40),
    "umount2": (166, 39),
    "pivot_root": (155, 41),
    "chroot": (161, 51),
    "open_tree": (428, 428),
    "move_mount": (429, 429),
    "fsopen": (430, 430),
    "fsconfig": (431, 431),
    "fsmount": (432, 432),
    "fspick": (433, 433),
    "mount_setattr": (442, 442),
    "unshare": (272, 97),
    "setns": (308, 268),
    "mknod": (133, None),
    "mknodat": (259, 33),
    "memfd_create": (319, 279),
    "memfd_secret": (447, 447),
    "vmsplice": (278, 75),
    "shmget": (29, 194),
    "shmat": (30, 196),
    "shmctl": (31, 195),
    "semget": (64, 190),
    "msgget": (68, 186),
    "msgsnd": (69, 189),
    "msgrcv": (70, 188),
    "msgctl": (71, 187),
    "mq_open": (240, 180),
    "add_key": (248, 217),
    "request_key": (249, 218),
    "keyctl": (250, 219),
    "bpf": (321, 280),
    "perf_event_open": (298, 241),
    "io_uring_setup": (425, 425),
    "io_uring_enter": (426, 426),
    "io_uring_register": (427, 427),
    "userfaultfd": (323, 282),
    "fanotify_init": (300, 262),
    "name_to_handle_at": (303, 264),
    "open_by_handle_at": (304, 265),
    "kexec_load": (246, 104),
    "kexec_file_load": (320, 294),
    "init_module": (175, 105),
    "finit_module": (313, 273),
    "delete_module": (176, 106),
    "personality": (135, 92),
    "modify_ldt": (154, None),
    "uselib": (134, None),
    "iopl": (172, None),
    "ioperm": (173, None),
    "swapon": (167, 224),
    "swapoff": (168, 225),
    "reboot": (169, 142),
    "settimeofday": (164, 170),
    "clock_settime": (227, 112),
    "clock_adjtime": (305, 266),
    "adjtimex": (159, 171),
    "acct": (163, 89),
    "quotactl": (179, 60),
    "quotactl_fd": (443, 443),
    "syslog": (103, 116),
    "migrate_pages": (256, 238),
    "move_pages": (279, 239),
    "lookup_dcookie": (212, 18),
}
_SPECIAL = {"clone": (56, 220), "clone3": (435, 435), "socket": (41, 198), "socketpair": (53, 199)}

_ARCHITECTURES = {"x86_64": (0, 0xC000003E), "aarch64": (1, 0xC00000B7)}
"""``platform.machine()`` to the column above and the kernel's AUDIT_ARCH_*."""

_X32 = 0x40000000
"""x86_64 has a second set of numbers from here on."""

_NEW_NAMESPACES = 0x7E020000
"""CLONE_NEWNS, NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID and NEWNET."""

_FAMILIES = (1, 2, 10)  # AF_UNIX, AF_INET, AF_INET6

_LOAD, _EQUAL, _AT_LEAST, _ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_NUMBER, _ARCHITECTURE, _FIRST_ARGUMENT = 0, 4, 16  # offsets in struct seccomp_data
_ALLOW, _KILL, _FAIL = 0x7FFF0000, 0x80000000, 0x00050000


def supports(machine: str) -> bool:
    """Tell whether there is a filter for this processor (as ``os.uname().machine`` names it)."""
    return machine in _ARCHITECTURES


def filter_program(machine: str) -> bytes:
    """Return the filter as an array of ``struct sock_filter``.

    Raises KeyError for a processor without one, see :func:`supports`.
    """
    column, architecture = _ARCHITECTURES[machine]
    program = [
        _step(_LOAD, _ARCHITECTURE),
        _step(_EQUAL, architecture, 1, 0),
        _step(_RETURN, _KILL),
        _step(_LOAD, _NUMBER),
        _step(_AT_LEAST, _X32, 0, 1),
        _fail(errno.EPERM),
    ]
    for numbers in _DENIED.values():
        number = numbers[column]
        if number is not None:
            program += [_step(_EQUAL, number, 0, 1), _fail(errno.EPERM)]
    # glibc then uses clone, whose flags a filter can see.
    program += [_step(_EQUAL, _SPECIAL["clone3"][column], 0, 1), _fail(errno.ENOSYS)]
    program += _clone(_SPECIAL["clone"][column])
    for name in ("socket", "socketpair"):
        program += _socket(_SPECIAL[name][column])
    return b"".join([*program, _step(_RETURN, _ALLOW)])


def _clone(number: int) -> list[bytes]:
    return [
        _step(_EQUAL, number, 0, 4),
        _step(_LOAD, _FIRST_ARGUMENT),
        _step(_ANY_BIT, _NEW_NAMESPACES, 0, 1),
        _fail(errno.EPERM),
        _step(_RETURN, _ALLOW),
    ]


def _socket(number: int) -> list[bytes]:
    last = len(_FAMILIES)
    known = [_step(_EQUAL, name, last - i, 0) for i, name in enumerate(_FAMILIES)]
    return [
        _step(_EQUAL, number, 0, last + 3),
        _step(_LOAD, _FIRST_ARGUMENT),
        *known,
        _fail(errno.EAFNOSUPPORT),
        _step(_RETURN, _ALLOW),
    ]


def _fail(number: int) -> bytes:
    return _step(_RETURN, _FAIL | number)


def _step(code: int, value: int, if_true: int = 0, if_false: int = 0) -> bytes:
    return struct.pack("=HBBI", code, if_true, if_false, value)
