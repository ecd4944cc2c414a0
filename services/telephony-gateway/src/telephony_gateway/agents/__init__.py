"""What others need to know about the functions: agents for Retell, and an OpenAPI document. All from one table."""
