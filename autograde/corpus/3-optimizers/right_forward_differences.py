"""
title = "A Hessian with a difference to one side"
notebook = "optimizers"
kind = "right"
"""


# %% hessian
def hessian(gradient, w):
    g = gradient(w)
    H = np.array([(gradient(w + 1e-7 * e) - g) / 1e-7 for e in np.eye(w.size)])
    return (H + H.T) / 2
