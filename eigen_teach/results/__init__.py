"""Stored records: results of paper-scale runs as JSON, and the numbers the paper prints."""
