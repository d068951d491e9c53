"""
title = "Divides by h where the points are 2h apart"
notebook = "optimizers"
kind = "wrong"
[points]
hessian = 0
[says]
hessian = ["twice what it should be"]
"""


# %% hessian
def hessian(gradient, w):
    h = 1e-5
    n = len(w)
    H = np.zeros((n, n))
    for i in range(n):
        e = np.zeros(n)
        e[i] = h
        H[i] = (gradient(w + e) - gradient(w - e)) / h
    return H
