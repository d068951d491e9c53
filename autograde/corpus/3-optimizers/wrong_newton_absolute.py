"""
title = "Absolute eigenvalues"
notebook = "optimizers"
kind = "wrong"
[points]
newton_step = 0
[says]
newton_step = ["without their sign"]
"""


# %% newton_step
def newton_step(w, gradient, damping):
    H, g = hessian(gradient, w), gradient(w)
    least = np.linalg.eigvalsh(H)[0]
    n = len(w)
    values, Q = np.linalg.eigh(H)
    return w - Q @ ((Q.T @ g) / np.maximum(np.abs(values), damping))
