"""The command ``rufbuch``."""
