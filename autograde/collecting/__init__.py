"""From what a learning platform gives out to nbgrader's folders.

``source`` reads a folder or an archive as entries (names and bytes, nothing interpreted), ``formats`` recognises
whose each entry is, ``roster`` gives everybody one id, ``layout`` chooses what counts and lays it out, ``place``
writes it into ``autograde/submitted/``. Every name comes from a student: none is used as a path before ``safe`` has
seen it.
"""
