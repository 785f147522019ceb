"""Forms: which tool wrote a file, where its header stands, and which column means what."""
