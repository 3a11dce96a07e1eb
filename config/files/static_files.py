"""Static file storage whose files a web server of another user can read, independent of the process's umask."""

import stat
from pathlib import Path

from whitenoise.compress import Compressor
from whitenoise.storage import CompressedManifestStaticFilesStorage


class ReadableCompressor(Compressor):
    """A compressor that gives a compressed file the mode of its original."""

    def write_data(self, path, data, suffix, stat_result):
        filename = super().write_data(path, data, suffix, stat_result)
        Path(filename).chmod(stat.S_IMODE(stat_result.st_mode))
        return filename


class StaticFiles(CompressedManifestStaticFilesStorage):
    def create_compressor(self, **options):
        return ReadableCompressor(**options)
