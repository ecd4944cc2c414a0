"""Holds the manifests, the compose file and the image against what the services really read; needs no cluster."""
