"""Facts of the machine that the watch and « Réglages » both tell."""

import shutil

from data.core.settings import settings

LEAST_FREE = 500 * 1024 * 1024
VERSION = "0.1.0"


def free_bytes() -> int:
    """Left on the disk that keeps the documents."""
    folder = settings().files_dir
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    return shutil.disk_usage(folder).free
