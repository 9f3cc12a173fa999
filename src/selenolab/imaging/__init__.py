"""What is done to pixels: particles, outlines, shapes and scale bars."""
