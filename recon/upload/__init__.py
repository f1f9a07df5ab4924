"""Upload: carry out an approved batch, each document once, whatever happens on the way."""
