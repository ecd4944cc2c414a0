"""How fast copies come to Cal.com, and how fast its webhooks are taken in."""
