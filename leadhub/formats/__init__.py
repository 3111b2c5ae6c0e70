"""How dates and times are written in each language, where Django's way is not ours.

A week begins on Monday. What browsers send from date and time fields comes first among
what is read, because fields are filled in that form too. ``DAY_FORMAT`` is a day of this
year.
"""
