"""From an instructor's text notebook to a student release that is proven.

``markers`` refuses mistyped markers, ``source`` makes the notebook, ``build`` runs nbgrader on it, ``leaks``
looks for solutions in the result, ``prove`` grades the solution and the untouched release.
"""
