"""
title = "Levenberg and Marquardt: a part of the diagonal is added"
notebook = "optimizers"
kind = "wrong"
[points]
newton_step = 0
[says]
newton_step = ["part of H's diagonal"]
"""


# %% newton_step
def newton_step(w, gradient, damping):
    H = hessian(gradient, w)
    return w - np.linalg.solve(H + damping * np.diag(np.diag(H)), gradient(w))
