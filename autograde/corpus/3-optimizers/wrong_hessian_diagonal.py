"""
title = "Only the diagonal"
notebook = "optimizers"
kind = "wrong"
[points]
hessian = 0
[says]
hessian = ["diagonal"]
"""


# %% hessian
def hessian(gradient, w):
    h = 1e-5
    n = len(w)
    H = np.zeros((n, n))
    for i in range(n):
        e = np.zeros(n)
        e[i] = h
        H[i, i] = (gradient(w + e) - gradient(w - e))[i] / (2 * h)
    return H
