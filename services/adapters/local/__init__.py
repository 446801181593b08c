"""The laptop: SQLite, files, PDFium."""
