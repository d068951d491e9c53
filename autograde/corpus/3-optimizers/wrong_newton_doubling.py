"""
title = "τ is doubled until it is enough"
notebook = "optimizers"
kind = "wrong"
[points]
newton_step = 0
[says]
newton_step = ["another tau than the least"]
"""


# %% newton_step
def newton_step(w, gradient, damping):
    H, tau = hessian(gradient, w), 0.0
    while np.linalg.eigvalsh(H + tau * np.eye(len(w)))[0] < damping:
        tau = 2 * tau or damping
    return w - np.linalg.solve(H + tau * np.eye(len(w)), gradient(w))
