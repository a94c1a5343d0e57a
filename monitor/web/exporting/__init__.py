"""Evidence as one file: what stands before the accused, opens offline and verifies itself."""
