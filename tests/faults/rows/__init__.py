"""The rows of ``make faults``, one module per what is broken."""
