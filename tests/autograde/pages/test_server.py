"""In a process of its own: a Jupyter server's classes are changed."""

import subprocess
import sys

_LOOK = """
from traitlets.config import Config
from nbgrader.server_extensions.formgrader import formgrader
from autograde.pages import server

def look():
    policy = formgrader.handlers.SubmissionFilesHandler.content_security_policy
    return formgrader.Environment().from_string("{{ x }}").render(x="<b>"), isinstance(policy, str) and policy

print(*look(), sep=";")
server.configure(Config())
server.configure(Config())
print(*look(), sep=";")
"""


def test_formgraders_lists_are_escaped_and_files_handed_in_are_sandboxed():
    done = subprocess.run([sys.executable, "-c", _LOOK], capture_output=True, text=True, timeout=120)
    assert done.stdout.splitlines() == ["<b>;False", "&lt;b&gt;;sandbox; default-src 'none'"], done.stderr
