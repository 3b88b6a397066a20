"""What needs no server: values in, values out."""
