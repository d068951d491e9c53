"""
title = "The kit's optimizer by a name that is put together while it runs"
notebook = "optimizers"
kind = "hostile"
[points]
momentum = 0
[says]
momentum = ["write this one yourself"]
"""


# %% momentum
def Momentum(lr, momentum):
    module = __import__("".join(["sgd", "kit"]))
    kind = vars(vars(module)["optim" + "izers"])["Mom" + "entum"]
    kept = kind.step
    inner = kind(lr, momentum)
    return lambda w, g: kept(inner, w.copy(), g)
