"""Many calls over one stream of gRPC, on one machine over a socket beside it: ``client.channel`` asks, ``server.carrying`` answers;
see service.proto."""
