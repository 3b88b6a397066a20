"""Every requirement, proved on clusters that meet it, that fail it, that it is not for, that hide it."""
