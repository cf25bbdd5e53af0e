"""Compare what authors ask for: whom ideas name, and what people outside think of them."""
