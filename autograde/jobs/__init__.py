"""One submission, graded anywhere: a job is bytes in and bytes out, and needs no disk but a temporary folder.

``definition`` reads what the course knows of an assignment, ``job`` is what goes out and what comes back, and runs it
with nbgrader's own Autograde; ``files`` turns folders into bytes. ``workers`` runs jobs in processes of this machine,
``cluster`` on Dask. ``recorder`` is the single writer: it puts results into the gradebook and into ``autograded/``;
``journal`` notes what was recorded, under a key from ``fingerprint`` that says what it was made of.
"""
