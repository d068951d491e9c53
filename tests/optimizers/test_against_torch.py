"""The same 30 steps as torch.optim takes, where torch is installed."""

import numpy as np
import pytest

from sgdkit.optimizers import SGD, Adam, Momentum, Nesterov, StepDecay

torch = pytest.importorskip("torch")

PAIRS = {
    "SGD": (lambda lr: SGD(lr), lambda w: torch.optim.SGD([w], lr=0.05)),
    "Momentum": (lambda lr: Momentum(lr, 0.9), lambda w: torch.optim.SGD([w], lr=0.05, momentum=0.9)),
    "Nesterov": (
        lambda lr: Nesterov(lr, 0.9),
        lambda w: torch.optim.SGD([w], lr=0.05, momentum=0.9, nesterov=True),
    ),
    "Adam": (lambda lr: Adam(lr, eps=1e-4), lambda w: torch.optim.Adam([w], lr=0.05, eps=1e-4)),
}


@pytest.mark.parametrize("lr", [0.05, StepDecay(0.05, factor=0.3, every=7)], ids=["constant", "decay"])
@pytest.mark.parametrize("name", PAIRS)
def test_the_steps_are_torchs(name, lr):
    ours, theirs = PAIRS[name]
    rng = np.random.default_rng(5)
    w = rng.normal(size=40)
    parameter = torch.tensor(w, requires_grad=True)
    optimizer, peer = ours(lr), theirs(parameter)
    schedule = torch.optim.lr_scheduler.StepLR(peer, step_size=7, gamma=0.3 if callable(lr) else 1.0)
    for _ in range(30):
        g = rng.normal(size=40)
        parameter.grad = torch.tensor(g)
        optimizer.step(w, g)
        peer.step()
        schedule.step()
        np.testing.assert_allclose(w, parameter.detach().numpy(), rtol=1e-12, atol=1e-13)
