"""How large a file may be: far above any company's people list, far below what hurts a server."""

MAX_BYTES = 100 << 20
# What a spreadsheet, which is compressed, may unfold to.
MAX_UNPACKED_BYTES = 400 << 20
MAX_ROWS = 250_000
MAX_COLUMNS = 200
MAX_CELL = 2_000
# Of one row of a text file: more is a quotation mark that nobody closed, or no list of people at all.
MAX_ROW_CHARACTERS = MAX_COLUMNS * MAX_CELL
MAX_DEPARTMENT_DEPTH = 10
