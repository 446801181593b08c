"""The ports as a person may know them who sees some companies only; each method says what it lets through."""
