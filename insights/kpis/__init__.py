"""What both teams are measured by: each figure is defined once, in ``registry.KPIS``.

Each names the list it is counted from and how; the page of the list takes the same
words, so that a number and what is behind it cannot drift apart.
"""
