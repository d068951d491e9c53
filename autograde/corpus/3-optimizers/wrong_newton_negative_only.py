"""
title = "Damps where an eigenvalue is negative"
notebook = "optimizers"
kind = "wrong"
[points]
newton_step = 0
[says]
newton_step = ["tau is 0 wherever"]
"""


# %% newton_step
def newton_step(w, gradient, damping):
    H, g = hessian(gradient, w), gradient(w)
    least = np.linalg.eigvalsh(H)[0]
    n = len(w)
    tau = damping - least if least < 1e-12 else 0.0
    return w - np.linalg.solve(H + tau * np.eye(n), g)
