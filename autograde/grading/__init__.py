"""What happens to one submission, as nbgrader preprocessors in the order of their use.

``reading`` reads the student's file, ``restore`` puts the course's cells back, ``execute`` runs the code in a
kernel (``kernels``), asks the judge about every check cell (``judging``) and writes what it said (``outcome``).
"""
