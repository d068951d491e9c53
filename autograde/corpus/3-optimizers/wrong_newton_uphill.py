"""
title = "Solves for +g"
notebook = "optimizers"
kind = "wrong"
[points]
newton_step = 0
[says]
newton_step = ["uphill"]
"""


# %% newton_step
def newton_step(w, gradient, damping):
    H, g = hessian(gradient, w), gradient(w)
    least = np.linalg.eigvalsh(H)[0]
    n = len(w)
    tau = max(0.0, damping - least)
    return w + np.linalg.solve(H + tau * np.eye(n), g)
