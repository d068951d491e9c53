"""
title = "Inverts, without damping"
notebook = "optimizers"
kind = "wrong"
[points]
newton_step = 0
[says]
newton_step = ["H is inverted, and not damped"]
"""


# %% newton_step
def newton_step(w, gradient, damping):
    H, g = hessian(gradient, w), gradient(w)
    least = np.linalg.eigvalsh(H)[0]
    n = len(w)
    pass
    return w - np.linalg.inv(H) @ g
