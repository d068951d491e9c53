"""What the figures were measured on."""

from __future__ import annotations

import os
import platform
from importlib.metadata import PackageNotFoundError, version

import numpy as np
from threadpoolctl import threadpool_info

from sgdkit.pool import available_cores

PACKAGES = ("numpy", "scipy", "scikit-learn", "torch", "mpi4py")


def facts() -> dict[str, str]:
    """Name -> value, to be printed above the tables."""
    np.ones((2, 2)) @ np.ones((2, 2))
    blas = [f"{info['internal_api']} {info['version']} ({info.get('architecture', 'kernel not told')})"
            for info in threadpool_info() if info["user_api"] == "blas"]  # fmt: skip
    variables = {name: value for name, value in os.environ.items() if name.startswith("OPENBLAS_")}
    return {
        "processor": f"{processor()}, {available_cores()} cores to use",
        "system": f"{platform.system()} {platform.machine()}, CPython {platform.python_version()}",
        "BLAS of numpy": ", ".join(sorted(set(blas))) or "not known",
        "variables": ", ".join(f"{name}={value}" for name, value in sorted(variables.items())) or "none of OpenBLAS",
        "versions": ", ".join(f"{name} {installed(name)}" for name in PACKAGES),
    }


def load() -> float | None:
    """How many processes wanted to compute in the last minute; more than one disturbs what is measured."""
    return os.getloadavg()[0] if hasattr(os, "getloadavg") else None


def processor() -> str:
    """The model's name, where the system tells it."""
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as file:
            return next(line.split(":")[1].strip() for line in file if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor() or "unknown processor"


def installed(package: str) -> str:
    """Its version, or that there is none."""
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"
