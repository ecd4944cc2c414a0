"""On what was measured."""

import os
import platform
from importlib.metadata import version

LIBRARIES = (
    "uvicorn",
    "httptools",
    "starlette",
    "uvloop",
    "grpcio",
    "asyncpg",
    "redis",
    "hiredis",
    "opentelemetry-sdk",
)


def machine() -> dict[str, str]:
    """Processors, Python, and the libraries that the figures depend on; the load is what else ran at the end."""
    return {
        "processors": str(os.cpu_count()),
        "python": platform.python_version(),
        "libraries": ", ".join(f"{name} {version(name)}" for name in LIBRARIES),
        "load": ", ".join(f"{load:.1f}" for load in os.getloadavg()),
    }
