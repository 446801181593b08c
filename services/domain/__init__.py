"""The field's nouns: immutable records shared by every stage, adapter and page."""
