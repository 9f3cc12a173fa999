"""Models run: from equations, parameters and doses to what can be seen over time."""
