"""System calls that no notebook needs and that lead out of a sandbox, or around its limits.

Namespaces do not cover everything: a new user namespace lets anybody mount a folder in memory of any size, the kernel's
keyrings belong to the user and not to the sandbox, sockets to a virtual machine's host ignore the network namespace,
and pages in System V shared memory or in a memfd belong to no process that a watch could look at. So these calls fail.
"""

import errno
import platform
import struct

_KILL, _ALLOW, _ERRNO = 0x80000000, 0x7FFF0000, 0x00050000
_LOAD, _EQUAL, _AT_LEAST, _ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_NUMBER, _MACHINE, _ARGUMENT = 0, 4, 16

_NEW_USER_NAMESPACE = 0x10000000
#: Unix, IPv4, IPv6, netlink: all that is shut in by a network namespace.
_FAMILIES = (1, 2, 10, 16)

#: Machine -> what Linux calls it, and the numbers of the calls.
_MACHINES: dict[str, tuple[int, dict[str, dict[str, int]]]] = {
    "x86_64": (
        0xC000003E,
        {
            "refused": {
                "ptrace": 101, "unshare": 272, "setns": 308, "add_key": 248, "request_key": 249, "keyctl": 250,
                "bpf": 321, "perf_event_open": 298, "userfaultfd": 323, "io_uring_setup": 425,
            },
            "absent": {"shmget": 29, "msgget": 68, "memfd_create": 319, "memfd_secret": 447, "clone3": 435},
            "looked into": {"clone": 56, "socket": 41},
        },
    ),
    "aarch64": (
        0xC00000B7,
        {
            "refused": {
                "ptrace": 117, "unshare": 97, "setns": 268, "add_key": 217, "request_key": 218, "keyctl": 219,
                "bpf": 280, "perf_event_open": 241, "userfaultfd": 282, "io_uring_setup": 425,
            },
            "absent": {"shmget": 194, "msgget": 186, "memfd_create": 279, "memfd_secret": 447, "clone3": 435},
            "looked into": {"clone": 220, "socket": 198},
        },
    ),
}  # fmt: skip


def program(machine: str = "") -> bytes:
    """The filter as seccomp wants it (classic BPF) for this machine, or no bytes for one that is not known here."""
    known = _MACHINES.get(machine or platform.machine())
    if known is None:
        return b""
    code, calls = known
    lines = [(_LOAD, 0, 0, _MACHINE), (_EQUAL, 1, 0, code), (_RETURN, 0, 0, _KILL), (_LOAD, 0, 0, _NUMBER)]
    # The x32 calls of x86-64 are the same calls by other numbers.
    lines += _when(_AT_LEAST, 0x40000000, errno.ENOSYS)
    for number in calls["refused"].values():
        lines += _when(_EQUAL, number, errno.EPERM)
    for number in calls["absent"].values():
        lines += _when(_EQUAL, number, errno.ENOSYS)
    new = _when(_ANY_BIT, _NEW_USER_NAMESPACE, errno.EPERM)
    lines += [
        (_EQUAL, 0, len(new) + 2, calls["looked into"]["clone"]),
        (_LOAD, 0, 0, _ARGUMENT),
        *new,
        (_RETURN, 0, 0, _ALLOW),
    ]
    families = [(_EQUAL, len(_FAMILIES) - position, 0, family) for position, family in enumerate(_FAMILIES)]
    lines += [(_EQUAL, 0, len(families) + 2, calls["looked into"]["socket"]), (_LOAD, 0, 0, _ARGUMENT), *families]
    lines += [(_RETURN, 0, 0, _ERRNO | errno.EAFNOSUPPORT), (_RETURN, 0, 0, _ALLOW)]
    return b"".join(struct.pack("<HBBI", *line) for line in lines)


def _when(test: int, value: int, error: int) -> list[tuple[int, int, int, int]]:
    """Fail with ``error`` where the test holds, go on where it does not."""
    return [(test, 0, 1, value), (_RETURN, 0, 0, _ERRNO | error)]
