"""Dates of German."""

DATE_FORMAT = "j. F Y"
TIME_FORMAT = "H:i"
DATETIME_FORMAT = "j. F Y, H:i\u00a0\\U\\h\\r"
SHORT_DATE_FORMAT = "j. N Y"
SHORT_DATETIME_FORMAT = "j. N Y, H:i\u00a0\\U\\h\\r"
FIRST_DAY_OF_WEEK = 1
