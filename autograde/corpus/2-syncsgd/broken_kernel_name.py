"""
title = "Saved with a kernel that nobody has"
notebook = "easy"
kind = "broken"
[edit]
kernel = "no-such-kernel"
"""
