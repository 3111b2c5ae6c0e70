"""REST doors to what sales does."""
