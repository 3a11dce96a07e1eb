"""The error of a backup or a restore."""


class BackupError(Exception):
    """Why a backup or a restore stopped, as a sentence for the operator."""
