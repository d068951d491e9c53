"""
title = "lstsq and scipy's eigenvalues, the Hessian by apply_along_axis"
notebook = "optimizers"
kind = "right"
"""

# %% hessian
import scipy.linalg


def hessian(gradient, w):
    h = 1e-5 * max(1.0, np.linalg.norm(w))
    return np.apply_along_axis(lambda e: (gradient(w + h * e) - gradient(w - h * e)) / (2 * h), 1, np.identity(w.size))


# %% newton_step
def newton_step(w, gradient, damping):
    H = hessian(gradient, w)
    H[np.diag_indices_from(H)] += max(damping - scipy.linalg.eigh(H, eigvals_only=True).min(), 0)
    p, *_ = np.linalg.lstsq(H, gradient(w), rcond=None)
    return w - p
