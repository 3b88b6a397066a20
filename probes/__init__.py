"""The programs that run in the pods. They import nothing of the project but the helpers beside them."""
