"""TikTok's API for Business (Marketing API v1.3)."""
