"""What the operator of the machine needs: backups, the disk. It uses core."""
