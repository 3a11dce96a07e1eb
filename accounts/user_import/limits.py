"""Limits of imported files: far above any company's list of people, far below what overloads a server."""

MAX_BYTES = 100 << 20
# The size of a spreadsheet after decompression.
MAX_UNPACKED_BYTES = 400 << 20
MAX_ROWS = 250_000
MAX_COLUMNS = 200
MAX_CELL = 2_000
# One row of a text file. A longer one means an unclosed quotation mark, or no list of people at all.
MAX_ROW_CHARACTERS = MAX_COLUMNS * MAX_CELL
MAX_DEPARTMENT_DEPTH = 10
