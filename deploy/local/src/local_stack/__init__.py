"""Everything that makes Rufbuch run on one bare machine: its servers, its supervisor, its traces."""
