"""
title = "Moves the entries of w itself and leaves them moved"
notebook = "optimizers"
kind = "wrong"
[points]
hessian = 0
[says]
hessian = ["changes its input"]
"""


# %% hessian
def hessian(gradient, w):
    rows = []
    for i in range(w.size):
        before = gradient(w)
        w[i] += 1e-6
        rows.append((gradient(w) - before) / 1e-6)
    return np.array(rows)
