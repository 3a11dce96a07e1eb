"""Reading: the lines of a CSV file or workbook as text cells, within fixed limits."""
