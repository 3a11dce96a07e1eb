"""Static files stay readable for a web server that runs as somebody else, whatever the umask of the process."""

import stat
from pathlib import Path

from whitenoise.compress import Compressor
from whitenoise.storage import CompressedManifestStaticFilesStorage


class ReadableCompressor(Compressor):
    """Compressed files get the mode of the file that they stand beside."""

    def write_data(self, path, data, suffix, stat_result):
        filename = super().write_data(path, data, suffix, stat_result)
        Path(filename).chmod(stat.S_IMODE(stat_result.st_mode))
        return filename


class StaticFiles(CompressedManifestStaticFilesStorage):
    def create_compressor(self, **options):
        return ReadableCompressor(**options)
