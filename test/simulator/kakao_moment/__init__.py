"""Kakao Moment: lists, details, and reports that are throttled by time."""
