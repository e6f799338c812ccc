"""How few people a figure may not tell of, here and everywhere (DESIGN section 3)."""

LEAST = 5
