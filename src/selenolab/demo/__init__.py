"""The embedded study: synthetic plates with a known truth, and the program that made them."""
