"""What the operator’s watch reads of a running process (`/metrics`): figures of ours alone, in Prometheus’ form."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, disable_created_metrics, generate_latest

disable_created_metrics()
REGISTRY = CollectorRegistry()  # what the library tells of a process is not asked for
SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
_requests = Histogram(
    "anacrouse_request_seconds",
    "From a request to the end of its answer",
    ["status"],
    registry=REGISTRY,
    buckets=SECONDS,
)
_answered = {str(first): _requests.labels(f"{first}xx") for first in range(1, 6)}
faults = Counter("anacrouse_faults", "Faults that got a reference in the log", registry=REGISTRY)
GAUGES = {
    name: Gauge(f"anacrouse_{name}", text, registry=REGISTRY)
    for name, text in {
        "uptime_seconds": "Time since this process began to serve",
        "clients": "Pages held in memory",
        "clients_connected": "Pages whose browser is connected",
        "requests_waiting": "What waits for the staff of all sites",
        "letters_waiting": "Letters that have not left yet",
        "letters_oldest_seconds": "How long the oldest of them has been due",
        "disk_free_bytes": "Room left where files are kept",
        "last_backup_timestamp_seconds": "When the last copy was made from here; 0 when none was",
    }.items()
}


def answered(status: int, seconds: float) -> None:
    _answered[str(status)[0]].observe(seconds)


def text(figures: dict[str, float]) -> bytes:
    """All of them, once the gauges are set to what is true now."""
    for name, value in figures.items():
        GAUGES[name].set(value)
    return generate_latest(REGISTRY)
