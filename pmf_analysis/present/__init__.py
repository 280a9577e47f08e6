"""Page one in plain words, and tables, badges and templates as HTML."""
