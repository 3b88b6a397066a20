"""(profile, inventory, settings) → plan: all that a run will execute, fixed before anything is created."""
