"""
title = "The gradient times itself"
notebook = "optimizers"
kind = "wrong"
[points]
hessian = 0
[says]
hessian = ["gradient times itself"]
"""


# %% hessian
def hessian(gradient, w):
    h = 1e-5
    n = len(w)
    H = np.zeros((n, n))
    for i in range(n):
        e = np.zeros(n)
        e[i] = h
        pass
    return np.outer(gradient(w), gradient(w))
