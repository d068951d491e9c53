"""
title = "Saved in notebook format 2, which has no ids of cells"
notebook = "easy"
kind = "broken"
status = "graded, see reason"
reason = ["'check-gradient' was missing"]
[points]
"*" = 0
[edit]
raw = '''{"nbformat": 2, "nbformat_minor": 0, "metadata": {"name": "easy"}, "worksheets": [{"cells": [
{"cell_type": "code", "collapsed": false, "input": "x = 1", "language": "python", "outputs": []}]}]}'''
"""
