"""
title = "Newton's step with differences of its own, and an inverse"
notebook = "optimizers"
kind = "right"
"""


# %% newton_step
def newton_step(w, gradient, damping):
    n = w.size
    H = np.empty((n, n))
    for i in range(n):
        e = 1e-6 * (np.arange(n) == i)
        H[:, i] = (gradient(w + e) - gradient(w - e)) / 2e-6
    tau = max(0, damping - min(np.linalg.eigvals(H).real))
    return w + np.linalg.inv(H + tau * np.identity(n)).dot(-gradient(w))
