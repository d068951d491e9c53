"""
title = "Only the upper triangle"
notebook = "optimizers"
kind = "wrong"
[points]
hessian = 0
[says]
hessian = ["below the diagonal are 0"]
"""


# %% hessian
def hessian(gradient, w):
    return np.triu(np.array([gradient(w + 1e-5 * e) - gradient(w - 1e-5 * e) for e in np.eye(w.size)]) / 2e-5)
