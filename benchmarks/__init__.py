"""Where speed is known: one command, one table, each figure beside its floor or bound, measured in the same run."""
