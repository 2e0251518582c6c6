"""Draw the README's picture: the initializer's matrix, and its eigenvalues beside PyTorch's default."""

import numpy as np
import torch
from matplotlib import pyplot as plt
from run_notebooks import ROOT

from eigen_teach import init, plots

plots.use_style()
generator = torch.Generator().manual_seed(0)
chain = init.eigen_(torch.empty(64, 64), generator=generator).double().numpy()
default = init.torch_default_(torch.empty(64, 64), generator=generator).double().numpy()

figure, (left, right) = plt.subplots(1, 2, figsize=(8, 3.6))
plots.matrix(left, chain).set(title="The matrix: rotations, chained", xticks=[], yticks=[])
plots.unit_circle(right)
plots.eigenvalues(right, np.linalg.eigvals(default), plots.COLORS["default"], "PyTorch's default")
plots.eigenvalues(right, np.linalg.eigvals(chain), plots.COLORS["eigen"], "eigen initializer")
right.set(title="Eigenvalues of a fresh network, n = 64")
right.legend(loc="upper left", bbox_to_anchor=(1, 1))
figure.savefig(ROOT / "book" / "images" / "initializer.png", dpi=130)
