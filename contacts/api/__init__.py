"""REST doors to contacts and companies."""
