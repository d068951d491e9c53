"""
title = "Divides by 2h where the points are h apart"
notebook = "optimizers"
kind = "wrong"
[points]
hessian = 0
[says]
hessian = ["half of what"]
"""


# %% hessian
def hessian(gradient, w):
    h = 1e-5
    n = len(w)
    H = np.zeros((n, n))
    for i in range(n):
        e = np.zeros(n)
        e[i] = h
        H[i] = (gradient(w + e) - gradient(w)) / (2 * h)
    return H
