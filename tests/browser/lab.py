"""A JupyterLab, or a Notebook 7, of its own: no token, no news, no network, all of its files in one folder."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
from pathlib import Path
from urllib.error import URLError
from urllib.parse import quote
from urllib.request import urlopen

import psutil

from tests.browser.chromium import wait_for

ROOT = Path(__file__).resolve().parents[2]
QUIET = {
    "LabApp": {
        "extension_manager": "readonly",
        "news_url": None,
        "check_for_updates_class": "jupyterlab.NeverCheckForUpdate",
    },
    "ServerApp": {"open_browser": False, "token": "", "password": "", "disable_check_xsrf": True, "allow_root": True},
    "IdentityProvider": {"token": ""},
}
SETTINGS = {
    "@jupyterlab/apputils-extension/notification": {"fetchNews": "false", "checkForUpdates": False},
    "@jupyterlab/docmanager-extension/plugin": {"autosave": False},
}


class Lab:
    """A server in a folder with copies of some notebooks, or in the folder work. program: "lab" or "notebook"."""

    def __init__(self, *notebooks: Path, program: str = "lab", dark: bool = False, work: Path | None = None) -> None:
        self.program = program
        self.folder = Path(tempfile.mkdtemp(prefix="lab-"))
        work, settings = work or self.folder / "work", self.folder / "settings"
        work.mkdir(exist_ok=True)
        for notebook in notebooks:
            shutil.copy(notebook, work)
        theme = {"@jupyterlab/apputils-extension/themes": {"theme": "JupyterLab Dark"}} if dark else {}
        for name, values in (SETTINGS | theme).items():
            file = settings / f"{name}.jupyterlab-settings"
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(json.dumps(values))
        (self.folder / "config").mkdir()
        (self.folder / "config" / "jupyter_server_config.json").write_text(json.dumps(QUIET))
        (self.folder / "config" / f"jupyter_{program}_config.json").write_text(json.dumps(QUIET))
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        places = {"CONFIG_DIR": "config", "DATA_DIR": "data", "RUNTIME_DIR": "runtime"}
        environment = os.environ | {f"JUPYTER_{name}": str(self.folder / place) for name, place in places.items()}
        environment |= {
            "JUPYTERLAB_SETTINGS_DIR": str(settings),
            "JUPYTERLAB_WORKSPACES_DIR": str(self.folder / "workspaces"),
            "PYTHONPATH": str(ROOT),
        }
        self.address = f"http://127.0.0.1:{port}"
        self._log = open(self.folder / "log.txt", "wb")
        command = [sys.executable, "-m", "jupyter", program, f"--port={port}", "--ServerApp.ip=127.0.0.1"]
        self._process = subprocess.Popen(
            command, cwd=work, env=environment, stdout=self._log, stderr=self._log, stdin=subprocess.DEVNULL
        )
        try:
            wait_for(self._answers, f"{program} to start: see {self.folder / 'log.txt'}")
        except BaseException:
            self.close()
            raise

    def _answers(self) -> bool:
        if self._process.poll() is not None:
            raise RuntimeError(f"jupyter {self.program} ended: {(self.folder / 'log.txt').read_text()[-2000:]}")
        try:
            return urlopen(f"{self.address}/api/status", timeout=2).status == 200
        except (URLError, OSError):
            return False

    def page(self, notebook: str) -> str:
        """The address of a notebook."""
        return f"{self.address}/{'doc/tree' if self.program == 'lab' else 'notebooks'}/{quote(notebook)}"

    def children(self) -> list[psutil.Process]:
        """Kernels and their workers."""
        return psutil.Process(self._process.pid).children(recursive=True)

    def workers(self) -> set[int]:
        """The process numbers of the kernels' children, but for multiprocessing's own helper."""
        found = set()
        for kernel in psutil.Process(self._process.pid).children():
            for process in kernel.children(recursive=True):
                try:
                    if "resource_tracker" not in " ".join(process.cmdline()):
                        found.add(process.pid)
                except psutil.NoSuchProcess:  # ended meanwhile
                    continue
        return found

    def close(self) -> None:
        """End the server with its kernels, and delete the folder."""
        try:
            family = [*self.children(), psutil.Process(self._process.pid)]
        except psutil.NoSuchProcess:
            family = []
        self._process.terminate()
        try:
            self._process.wait(15)
        except subprocess.TimeoutExpired:
            pass
        for process in family:
            if process.is_running():
                process.kill()
        self._process.wait()
        self._log.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def __enter__(self) -> Lab:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
