"""Template loader that leaves out indents and blank lines, a third of a page that is sent uncompressed."""

import re

from django.template.loaders.filesystem import Loader as FilesystemLoader

INDENT = re.compile(r"\n[ \t]+")
# The line break before a line that holds a tag without output of its own. What it encloses begins with one as well.
SILENT = "if|elif|else|endif|for|empty|endfor|with|endwith|load|comment|endcomment"
BEFORE_TAG = re.compile(rf"\n(?=\{{% (?:{SILENT})\b[^%]*%\}}\n)")


class Loader(FilesystemLoader):
    """The loader of our templates. What is between the lines of an .html file is for developers alone."""

    def get_contents(self, origin):
        contents = super().get_contents(origin)
        return BEFORE_TAG.sub("", INDENT.sub("\n", contents)) if origin.name.endswith(".html") else contents
