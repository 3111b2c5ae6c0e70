"""``make messages``: the German words of everything that people read here."""
