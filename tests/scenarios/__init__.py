"""Short stories of the requirement documents, each told through what a user can reach."""
