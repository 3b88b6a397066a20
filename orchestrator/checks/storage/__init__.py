"""Storage: which classes there are, and how far their volumes reach."""
