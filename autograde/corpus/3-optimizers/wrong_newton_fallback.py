"""
title = "A step along the gradient wherever H would have to be lifted"
notebook = "optimizers"
kind = "wrong"
[points]
newton_step = 0
[says]
newton_step = ["a step along the gradient"]
"""


# %% newton_step
def newton_step(w, gradient, damping):
    H = hessian(gradient, w)
    if np.linalg.eigvalsh(H)[0] < damping:
        return w - damping * gradient(w)
    return w - np.linalg.solve(H, gradient(w))
