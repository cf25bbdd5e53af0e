"""Reads official population files as they are downloaded: one small reader a format."""
