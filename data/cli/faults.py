"""What stops a command, in one sentence for the operator: what is wrong, and how to mend it."""

import errno
import sqlite3

from data.core import outages
from data.core.database import Fault
from data.ops.backup import Impossible

OF_THE_SYSTEM = {
    errno.EROFS: "its disk can only be read: mount it writable, or name another folder",
    errno.EACCES: "this process may not: give its folder to the user that runs it (chown), or name another folder",
    errno.EPERM: "this process may not: give its folder to the user that runs it (chown), or name another folder",
    errno.ENOSPC: "its disk is full: make room on it",
    errno.EDQUOT: "the quota of its disk is used up: make room on it",
    errno.EIO: "its disk cannot be read or written: look for its faults in the log of the system",
    errno.ENOENT: "it is not there, or its folder is not: make it, or name another",
    errno.ENOTDIR: "a part of its path is a file: name another folder",
    errno.EMFILE: "too many files are open: raise the limit (ulimit -n)",
}


def sentence(fault: BaseException) -> str:
    """ "" when it is a fault of the program: its traceback is worth more."""
    if isinstance(fault, Impossible):
        return str(fault)
    if isinstance(fault, Fault | sqlite3.Error | outages.FilesAway) and (cause := outages.cause_of(fault)):
        return f"{outages.SENTENCES[cause]} ({outages.reason_of(fault)})"
    if isinstance(fault, OSError) and fault.filename and (mend := OF_THE_SYSTEM.get(fault.errno or 0)):
        return f"{fault.filename}: {mend}. ({fault.strerror})"
    return ""
