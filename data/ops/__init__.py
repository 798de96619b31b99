"""What the operator of the machine needs: backups, the disk, the lock of a single process. It uses core."""
