"""Many calls over one stream of gRPC: ``client.channel`` asks over it, ``server.carrying`` answers; see service.proto."""
