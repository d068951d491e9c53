"""
title = "Cholesky from scipy"
notebook = "optimizers"
kind = "right"
"""


# %% newton_step
def newton_step(w, gradient, damping):
    from scipy.linalg import cho_factor, cho_solve, eigvalsh

    H = hessian(gradient, w)
    H = H + np.eye(w.size) * max(0, damping - eigvalsh(H).min())
    return w - cho_solve(cho_factor(H), gradient(w))
