"""How PostgreSQL plans what the service asks."""


def by_indexes(url: str) -> str:
    """The URL of connections whose statements find rows by indexes wherever there is one, also while a table is short: each
    connection keeps its plans, those of foreign keys among them, and one that reads a whole table would be kept while that grows."""
    return f"{url}{'&' if '?' in url else '?'}enable_seqscan=off"
