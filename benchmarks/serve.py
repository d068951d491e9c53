"""What runs in a competitor's process: do what the driver says, one line of JSON at a time.

It is started by `driver.py` with the driver's port. Between two commands it sleeps in a read.
"""

from __future__ import annotations

import json
import socket
import sys
import traceback
from typing import Any, TextIO

from .case import Case
from .peers import load
from .peers.peer import Peer, Place


def main(port: int, token: str) -> None:
    """Connect, then serve until the driver says close or goes away."""
    with socket.create_connection(("127.0.0.1", port)) as connection, connection.makefile("rw") as line:
        _say(line, token)
        peer: Peer | None = None
        for text in line:
            try:
                peer, answer = _obey(peer, json.loads(text))
                _say(line, {"rank": peer.rank, "answer": answer})
            except Exception:  # whatever it is, the driver tells it
                _say(line, {"error": traceback.format_exc()})
                return
            if answer == "closed":
                return


def _obey(peer: Peer | None, message: dict[str, Any]) -> tuple[Peer, Any]:
    command = message["command"]
    if command == "open":
        place = Place(message["rank"], message["ranks"], message["folder"])
        return load(message["peer"])(Case(**message["case"]), place, **message["options"]), "open"
    assert peer is not None
    if command == "train":
        return peer, peer.train(message["epochs"])._asdict()
    if command == "w":
        return peer, peer.w().astype(float).tolist()
    peer.close()
    return peer, "closed"


def _say(line: TextIO, message: Any) -> None:
    line.write(json.dumps(message) + "\n")
    line.flush()


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2])
