"""
title = "Around 0 instead of w"
notebook = "optimizers"
kind = "wrong"
[points]
hessian = 0
[says]
hessian = ["w = 0"]
"""


# %% hessian
def hessian(gradient, w):
    h = 1e-5
    n = len(w)
    H = np.zeros((n, n))
    for i in range(n):
        e = np.zeros(n)
        e[i] = h
        H[i] = (gradient(e) - gradient(-e)) / (2 * h)
    return H
