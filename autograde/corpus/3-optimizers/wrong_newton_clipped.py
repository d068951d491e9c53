"""
title = "Each eigenvalue by itself"
notebook = "optimizers"
kind = "wrong"
[points]
newton_step = 0
[says]
newton_step = ["by itself is lifted"]
"""


# %% newton_step
def newton_step(w, gradient, damping):
    H, g = hessian(gradient, w), gradient(w)
    least = np.linalg.eigvalsh(H)[0]
    n = len(w)
    values, Q = np.linalg.eigh(H)
    return w - Q @ ((Q.T @ g) / np.maximum(values, damping))
