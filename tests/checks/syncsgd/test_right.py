"""Right answers written in other ways get everything, on the visible cases and on others."""

import pytest

VARIANTS = {
    "predict": [
        "def predict(w, X):\n    W1, b, W2 = parts(w, X)\n    return [[float(o) for o in np.tanh(x @ W1 + b) @ W2] for x in X]",  # noqa: E501
        "def predict(w, X):\n    W1, b, W2 = parts(w.astype(np.float32), X)\n    return np.tanh(X.dot(W1) + b).dot(W2)",
        """
        class Network:
            def __call__(self, w, X):
                W1, b, W2 = parts(w, X)
                a = np.einsum("nf,fh->nh", X, W1) + b
                return np.einsum("nh,ho->no", 1 - 2 / (np.exp(2 * a) + 1), W2)
        predict = Network()
        """,
        "def predict(weights, inputs, hidden=10):\n    f = inputs.shape[1]\n    k = f * hidden\n"
        "    return np.tanh(inputs @ weights[:k].reshape(f, hidden) + weights[k:k + hidden]) "
        "@ weights[k + hidden:].reshape(hidden, -1)",
    ],
    "loss": [
        "def loss(w, X, Y, lam):\n    e = (predict(w, X) - Y).ravel()\n    return np.array([0.5 * e @ e + lam / 2 * w @ w])",  # noqa: E501
        "def loss(w, X, Y, lam):\n    return float(np.linalg.norm(Y - predict(w, X))**2 + lam * np.linalg.norm(w)**2) / 2",  # noqa: E501
        "def loss(w, X, Y, lam):\n    total = 0\n    for x, y in zip(X, Y):\n"
        "        total += sum((predict(w, x[None])[0] - y)**2) / 2\n    return total + lam / 2 * sum(v * v for v in w)",
        "def loss(w, X, Y, lam):\n    W1, b, W2 = parts(w, X)\n"
        "    return 0.5 * np.sum((np.tanh(X @ W1 + b) @ W2 - Y)**2) + lam / 2 * np.sum(w**2)",
    ],
    "gradient": [
        """
        def gradient(w, X, Y, lam):
            total = [lam * v for v in w]
            for x, y in zip(X, Y):
                W1, b, W2 = parts(w, X)
                h = np.tanh(x @ W1 + b)
                e = h @ W2 - y
                back = W2 @ e * (1 - h) * (1 + h)
                g = list(np.outer(x, back).ravel()) + list(back) + list(np.outer(h, e).ravel())
                total = [t + d for t, d in zip(total, g)]
            return total
        """,
        """
        def gradient(w, X, Y, lam):
            g = np.zeros(w.shape, np.float32)
            G1, gb, G2 = parts(g, X)
            W1, b, W2 = parts(w, X)
            a = X @ W1 + b
            e = predict(w, X) - Y
            back = e @ W2.T / np.cosh(a)**2
            G1[:], gb[:], G2[:] = X.T @ back, np.ones(len(X)) @ back, np.tanh(a).T @ e
            g += (lam * w).astype(np.float32)
            return g
        """,
        """
        def gradient(w, X, Y, lam, h=1e-6):
            return [(loss(w + h * e, X, Y, lam) - loss(w - h * e, X, Y, lam)) / 2 / h for e in np.eye(w.size)]
        """,
        """
        def gradient(w, X, Y, lam):
            g = np.zeros_like(w)
            for i in range(len(w)):
                v, u = w.copy(), w.copy()
                v[i] += 1e-6
                u[i] -= 1e-6
                g[i] = (loss(v, X, Y, lam) - loss(u, X, Y, lam)) / 2e-6
            return g
        """,
    ],
    "split_batch": [
        "def split_batch(indices, workers):\n    return [list(indices[k::workers]) for k in range(workers)]",
        "def split_batch(indices, workers):\n    return [s for s in np.array_split(indices, workers) if len(s)]",
        "def split_batch(indices, workers):\n    for k in range(workers):\n        yield indices[k::workers]",
        "def split_batch(indices, workers):\n    shards = np.empty(workers, object)\n"
        "    shards[:] = np.array_split(indices, workers)\n    return shards",
        "def split_batch(indices, workers):\n    q, r = divmod(len(indices), workers)\n    cuts = [k * q + min(k, r) for k in "  # noqa: E501
        "range(workers + 1)]\n    return tuple(tuple(indices[a:b]) for a, b in zip(cuts, cuts[1:]))",
        "def split_batch(indices, workers):\n    shuffled = np.random.permutation(indices).astype(np.int32)\n"
        "    return np.array_split(np.sort(shuffled), workers)",
    ],
    "worker_gradient": [
        "def worker_gradient(task):\n    w, X, Y = task\n    return [list(gradient(w, X, Y, 0)), float(len(Y))]",
        "def worker_gradient(task):\n    return gradient(*task, lam=0.0), np.int64(task[1].shape[0])",
        "def worker_gradient(task):\n    w, X, Y = task\n"
        "    return sum(gradient(w, x[None], y[None], 0.0) for x, y in zip(X, Y)), X.shape[0]",
        "def worker_gradient(task):\n    w, X, Y = task\n    return gradient(w, X, Y, 1.0) - 1.0 * w, len(X)",
    ],
    "average_gradients": [
        "def average_gradients(results):\n    g, n = zip(*results)\n    return list(np.sum(g, axis=0) / np.sum(n))",
        "def average_gradients(results):\n    return np.average([g / max(n, 1) for g, n in results], axis=0, "
        "weights=[n for g, n in results])",
        "def average_gradients(results):\n    total, count = 0, 0\n    for g, n in results:\n        total = total + "
        "np.float32(g)\n        count += n\n    return total / count",
    ],
    "sync_sgd": [
        """
        def sync_sgd(w, X, Y, *, workers, batch_size, lr, lam, epochs, seed):
            rng = np.random.default_rng(seed)
            w = w.copy()
            path = np.zeros((epochs + 1, w.size))
            path[0] = w
            pool = Pool(workers)
            try:
                for epoch in range(1, epochs + 1):
                    order = rng.permutation(len(X))
                    while len(order):
                        batch, order = order[:batch_size], order[batch_size:]
                        tasks = ((w, X[s], Y[s]) for s in split_batch(batch, workers) if len(s))
                        total, count = 0, 0
                        for g, n in pool.imap_unordered(worker_gradient, tasks):
                            total, count = total + g, count + n
                        w *= 1 - lr * lam / len(X)
                        w -= lr * total / count
                    path[epoch] = w
            finally:
                pool.terminate()
                pool.join()
            return path
        """,
        """
        class Trainer:
            def __init__(self, pool, workers): self.pool, self.workers = pool, workers
            def step(self, w, X, Y, batch, lr, decay):
                waiting = [self.pool.apply_async(worker_gradient, ((w, X[s], Y[s]),))
                           for s in np.array_split(batch, self.workers) if s.size]
                return [v - lr * (g + decay * v)
                        for v, g in zip(w, average_gradients([r.get() for r in waiting]))]
        def sync_sgd(w, X, Y, workers, batch_size, lr, lam, epochs, seed):
            rng, path = np.random.default_rng(seed), [list(w)]
            with Pool(workers) as pool:
                trainer = Trainer(pool, workers)
                for _ in range(epochs):
                    order, v = rng.permutation(len(X)), np.array(path[-1])
                    for i in range(0, len(X), batch_size):
                        v = np.array(trainer.step(v, X, Y, order[i:i + batch_size], lr, lam / len(X)))
                    path.append(list(v))
            return path
        """,
        """
        def own_network(task):
            w, X, Y = task
            W1, b, W2 = parts(w, X)
            h = np.tanh(X @ W1 + b)
            e = h @ W2 - Y
            back = e @ W2.T * (1 - h * h)
            return np.concatenate([(X.T @ back).ravel(), back.sum(0), (h.T @ e).ravel()]), len(X)
        def worker_gradient(task):
            return own_network(task)
        def sync_sgd(w, X, Y, *, workers, batch_size, lr, lam, epochs, seed):
            rng, path = np.random.default_rng(seed), [w]
            with Pool(workers) as pool:
                for _ in range(epochs):
                    order = rng.permutation(len(X))
                    for i in range(0, len(X), batch_size):
                        cut = np.array_split(order[i:i + batch_size], workers)
                        sums = pool.starmap(lambda *task: worker_gradient(task), [(w, X[s], Y[s]) for s in cut])
                        w = w - lr * (sum(g for g, n in sums) / sum(n for g, n in sums) + lam * w / len(X))
                    path.append(w)
            return path
        """,
    ],
}


@pytest.mark.parametrize("seed", [None, 8])
@pytest.mark.parametrize(("name", "source"), [(name, source) for name in VARIANTS for source in VARIANTS[name]])
def test_right_answers_in_other_words(student, judged, name, source, seed):
    verdict = judged(f"2-syncsgd/easy/{name}", student("easy", source), seed)
    assert verdict.passed, verdict.message
