"""The conditions of a query, with the values that they speak of."""

from uuid import UUID


class Conditions:
    """Grows; every ``{}`` in a condition stands for a value, which never becomes part of the text."""

    def __init__(self) -> None:
        self.values: list[object] = []
        self._words: list[str] = []

    def add(self, condition: str, *values: object) -> None:
        """One more that has to hold."""
        numbers = range(len(self.values) + 1, len(self.values) + 1 + len(values))
        self._words.append(condition.format(*(f"${number}" for number in numbers)))
        self.values += values

    def of_tenant(self, column: str, tenant_id: str) -> None:
        """Only of this business; empty: of all. What is no id is nobody's."""
        if not tenant_id:
            return
        try:
            self.add(f"{column} = {{}}", UUID(tenant_id))
        except ValueError:
            self.add("false")

    def __str__(self) -> str:
        return f"WHERE {' AND '.join(self._words)}" if self._words else ""
