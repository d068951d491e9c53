"""
title = "A generator that is sent gradients"
notebook = "optimizers"
kind = "right"
"""


# %% momentum
def Momentum(lr, momentum):
    def velocities():
        v = 0.0
        while True:
            v = momentum * v + (yield v)

    flow = velocities()
    next(flow)
    return lambda w, g: w - lr * flow.send(g)
