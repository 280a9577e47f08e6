"""Executed notebooks and findings as documents, one module for each format."""
