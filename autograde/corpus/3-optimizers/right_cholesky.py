"""
title = "A Cholesky factor, and differences of the gradient inside the step"
notebook = "optimizers"
kind = "right"
"""

# %% newton_step
import scipy.linalg


def newton_step(w, gradient, damping):
    h, g = 1e-6, gradient(w)
    H = np.array([(gradient(w + h * e) - gradient(w - h * e)) / 2 / h for e in np.eye(len(w))])
    H = (H + H.T) / 2
    values = np.linalg.eigvals(H).real
    shift = np.clip(damping - values.min(), 0, None)
    return w - scipy.linalg.cho_solve(scipy.linalg.cho_factor(H + shift * np.eye(len(w))), g)
