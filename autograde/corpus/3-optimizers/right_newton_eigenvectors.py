"""
title = "Newton's step in the directions of H"
notebook = "optimizers"
kind = "right"
"""


# %% newton_step
def newton_step(w, gradient, damping):
    values, Q = np.linalg.eigh(hessian(gradient, w))
    shift = damping - values[0] if values[0] < damping else 0
    return w - Q @ (Q.T @ gradient(w) / (values + shift))
