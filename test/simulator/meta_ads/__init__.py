"""Meta's Marketing API (Facebook and Instagram ads)."""
