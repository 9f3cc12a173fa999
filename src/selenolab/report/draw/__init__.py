"""How each kind of drawing becomes a picture."""
