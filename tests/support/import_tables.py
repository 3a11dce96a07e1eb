"""Tables in import files, opened with a small list of known headings."""

import io

from accounts.user_import.problems import Unreadable
from accounts.user_import.reading.table import Layout, open_table

WORDS = """
    employeeid employeenumber firstname lastname surname givenname forename vorname nachname fornavn efternavn name
    email emailaddress workemail mail department abteilung afdeling jobtitle title stilling status active idnumber
    username userid hireddate timezone medarbejdernr mitarbeiternummer displayname login employee
"""
KNOWN = frozenset(WORDS.split())
DANISH = ["Søren Ærø", "Åse Østergård", "Bjørn Kjær"]
GERMAN = ["Jörg Straßer", "Käthe Müller", "Lütz Öhm"]
CAPITALS = ["SØREN ÆRØ", "ÅSE ØSTERGÅRD", "JÖRG MÜLLER"]
FRENCH = ["Hélène Lefèvre", "François Noël", "Benoît Bérubé"]
SPANISH = ["Íñigo Núñez", "José Peña", "Lucía Ibáñez"]


def recognise(cells):
    """Return how many of the cells are known headings, whatever their case, signs and brackets."""
    return sum("".join(filter(str.isalnum, cell.partition("[")[0].lower())) in KNOWN for cell in cells)


def opened(content, name="people.csv", **layout):
    """Return the table in these bytes, or in this text in UTF-8."""
    content = content.encode() if isinstance(content, str) else content
    return open_table(io.BytesIO(content), name, recognise=recognise, layout=Layout(**layout))


def read(content, name="people.csv", **layout):
    """Return (headings, rows, remarks) of a table, as plain lists; each row begins with the number of its line."""
    table = opened(content, name, **layout)
    rows = [[line.number, *line.cells] for line in table.lines]
    return table.headings.cells, rows, [str(remark) for remark in table.remarks]


def refusal(content, name="people.csv", **layout):
    """Return the sentence with which a file is refused."""
    try:
        list(opened(content, name, **layout).lines)
    except Unreadable as error:
        return str(error.problem)
    raise AssertionError("the file was read")


def people(*names):
    """Return a list of people with these names, as text."""
    rows = [f"{number};{name};x{number}@harbour.example;Aarhus" for number, name in enumerate(names)]
    return "\n".join(["Employee ID;Name;Email;Department", *rows, ""])
