"""Reads the metrics of the other services."""

from urllib.parse import urlsplit

import httpx
from prometheus_client.parser import text_string_to_metric_families

from calcom_sync.domain.peers import Samples

TIMEOUT_S = 5.0
BYTES_MAX = 8 * 1024 * 1024


def name_of(url: str) -> str:
    """How it is called in alarms: where it listens."""
    return urlsplit(url).netloc


class PeerMetrics:
    """One ``/metrics``."""

    def __init__(self, http: httpx.AsyncClient, url: str) -> None:
        self._http, self._url = http, url

    async def read(self) -> Samples | None:
        """None: it did not answer, or something else did."""
        try:
            answer = await self._http.get(self._url, timeout=TIMEOUT_S)
            if not answer.is_success or len(answer.content) > BYTES_MAX:
                return None
            families = list(text_string_to_metric_families(answer.text))
        except (httpx.HTTPError, ValueError):
            return None
        return {
            (sample.name, frozenset(sample.labels.items())): sample.value
            for family in families
            for sample in family.samples
            if sample.name.startswith("rufbuch_")
        }
