"""Naver SearchAd: structure lists, /stats, and stat reports made by jobs."""
