"""What a class understood: one page for an instructor, and a table.

``figures`` gathers numbers and sentences from the gradebook and the grader's notes, ``similar`` compares code, ``page``
makes HTML and SVG of it. Whatever a student wrote is text there, never HTML.
"""
