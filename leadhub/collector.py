"""The garbage collector, kept from looking through what will never be garbage."""

import gc


def keep_what_is_loaded() -> None:
    """Once all is imported. Else some request, or each batch, waits for it."""
    gc.collect()
    gc.freeze()
