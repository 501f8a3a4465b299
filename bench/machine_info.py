"""On what the figures were taken: they mean little without it."""

import os
import platform
import sqlite3
from pathlib import Path
from typing import Any


def describe() -> dict[str, Any]:
    """CPU, cores, memory in MB, versions."""
    return {
        "cpu": _field("/proc/cpuinfo", "model name") or platform.processor() or platform.machine(),
        "cores": os.cpu_count(),
        "memory_mb": int((_field("/proc/meminfo", "MemTotal") or "0 kB").split()[0]) // 1024,
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
        "sqlite": sqlite3.sqlite_version,
    }


def load() -> float:
    """Return the machine's load average of the last minute: other processes distort figures on two cores."""
    return round(os.getloadavg()[0], 2)


def memory_of(pid: int) -> dict[str, float]:
    """Resident memory of a process in MB: now, and at its highest."""
    status = f"/proc/{pid}/status"
    return {
        name: round(int((_field(status, field) or "0 kB").split()[0]) / 1024, 1)
        for name, field in (("now", "VmRSS"), ("peak", "VmHWM"))
    }


def proportional_memory_of(pid: int) -> float:
    """Resident memory of a process in MB, where pages that several processes share count in parts: sums are true."""
    return round(int((_field(f"/proc/{pid}/smaps_rollup", "Pss") or "0 kB").split()[0]) / 1024, 1)


def cpu_of(pid: int) -> float:
    """Seconds of processor time that a process has used, all its threads together."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _field(path: str, name: str) -> str | None:
    try:
        lines = Path(path).read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return None
    return next((line.partition(":")[2].strip() for line in lines if line.startswith(name)), None)
