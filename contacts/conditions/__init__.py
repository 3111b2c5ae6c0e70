"""The one language of conditions, said to the database and to Python alike.

``{"all": [...]}``, ``{"any": [...]}``, ``{"not": ...}``, or a leaf like
``{"field": "job_title", "op": "contains", "value": "head"}``. ``parsing`` makes a tree
of it, ``tree`` turns that into SQL or asks Python, ``evaluation`` is the way in.

What is missing: an empty text, an absent number, no tag, no owner, a custom value that
is not of its field's type. Every operator is false of it, except ``ne``, ``not_in`` and
``is_empty``: these are ``eq``, ``in`` and ``is_set`` turned around, as ``not`` turns
around a whole condition. There is no third answer.
"""
