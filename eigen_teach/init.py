"""Initializers for recurrent weights, in the manner of ``torch.nn.init``.

The paper's eigen initializer multiplies a scaled identity (16) by plane rotations (17) in a chain (18).
Beside it stand its rivals under one name each (``INITIALIZERS``), and what applies any of them to the
recurrent blocks of a network, gate by gate, and to nothing else (``gate_views``, ``init_recurrent_``).

All random numbers are drawn on the CPU, so one seed gives one matrix on every device.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Generator, Tensor, nn
from torch.nn.utils.parametrize import is_parametrized

from eigen_teach import _check

# The blocks of ``weight_hh`` from top to bottom, in PyTorch's order: plain RNN, GRU, LSTM.
_GATES = {1: "h", 3: "rzn", 4: "ifgo"}
_RECURRENT_WEIGHT = re.compile(r"weight_hh(?:_l(\d+))?(_reverse)?")
_USUAL_RADIUS = "the paper uses 0.95"
_NUMPY_DTYPES = (torch.float32, torch.float64)
_LARGEST_BLOCK = 32  # rows in a block of the chain; larger triangles waste memory and time


# ---------------------------------------------------------------------------------------------- checks


def _check_scale(name: str, scale: float, dtype: torch.dtype, usual: str) -> float:
    """Return a radius or another scale as a float that ``dtype`` can hold."""
    value = _check.not_negative(name, scale, usual)
    if value > torch.finfo(dtype).max:
        raise ValueError(f"{name} must fit into {dtype}, got {value}; use a smaller one or torch.float64")
    return value


def _check_real(name: str, tensor: Tensor) -> None:
    """Raise unless ``tensor`` is a dense tensor of real floating-point numbers."""
    if not isinstance(tensor, Tensor):
        raise TypeError(
            f"{name} must be a torch.Tensor, got {type(tensor).__name__}; convert it with torch.as_tensor"
        )
    if not tensor.is_floating_point():
        raise ValueError(
            f"{name} must have a real floating-point dtype, got {tensor.dtype}; "
            "use torch.float32 or torch.float64"
        )
    if tensor.layout is not torch.strided:
        raise ValueError(f"{name} must be dense, got {tensor.layout}; use {name}.to_dense()")


def _check_square(tensor: Tensor) -> int:
    """Return n for a real (n, n) tensor whose entries all have a place of their own in memory."""
    _check_real("tensor", tensor)
    if tensor.ndim != 2 or tensor.shape[0] != tensor.shape[1]:
        raise ValueError(
            f"tensor must be square, shape (n, n), got {tuple(tensor.shape)}; for the stacked gates of an "
            "LSTM or a GRU use init_recurrent_, which fills one (n, n) block at a time"
        )
    n = tensor.shape[0]
    if n > 1 and 0 in tensor.stride():
        raise ValueError(f"tensor must not be expanded, got strides {tensor.stride()}; use tensor.clone()")
    return n


def _check_generator(generator: Generator | None) -> None:
    if generator is None:
        return
    if not isinstance(generator, Generator):
        raise TypeError(
            f"generator must be a torch.Generator or None, got {type(generator).__name__}; "
            "for a seed use torch.Generator().manual_seed(seed)"
        )
    if generator.device.type != "cpu":
        raise ValueError(
            f"generator must live on the CPU, got {generator.device}; use torch.Generator(), "
            "so that a seed gives the same matrix on every device"
        )


# -------------------------------------------------------------------------------- the chain of rotations


def rotation_chain(angles: Tensor, radius: float = 1.0) -> Tensor:
    """Multiply plane rotations in a chain, radius · G_1 G_2 … G_(n-1), equations (16) to (18).

    G_i turns the plane (i, i + 1) by the i-th angle. Printed as a product, (18) leaves open from which
    side the factors multiply; here the first rotation stands on the left. Every other order has the same
    eigenvalues. The product is written in closed form: orthogonal times the radius, upper Hessenberg,
    entries fading away to the right of the diagonal.

    Args:
        angles: (n - 1,) real, in radians; sines and cosines are taken in float64.
        radius: modulus of every eigenvalue, at least 0.

    Returns:
        (n, n) tensor with dtype and device of ``angles``, without a gradient.

    Raises:
        TypeError, ValueError: the angles are not a finite real vector, or need a gradient; bad radius.

    Example:
        >>> W = rotation_chain(torch.tensor([0.3, 1.2, -0.7], dtype=torch.float64), radius=0.5)
        >>> torch.allclose(W @ W.T, 0.25 * torch.eye(4, dtype=torch.float64))
        True

    Reference: arXiv 2307.15679, section IV.
    Chapter: initializer/rotations
    """
    _check_real("angles", angles)
    if angles.ndim != 1:
        raise ValueError(
            f"angles must be a vector, shape (n - 1,), got {tuple(angles.shape)}; use angles.flatten()"
        )
    if angles.requires_grad:
        raise ValueError("angles must not require a gradient, the result has none; use angles.detach()")
    radius = _check_scale("radius", radius, angles.dtype, _USUAL_RADIUS)
    thetas = angles.to("cpu", torch.float64)
    if not torch.isfinite(thetas).all():
        raise ValueError("angles must be finite, got NaN or infinity; find them with torch.isfinite")
    n = len(angles) + 1
    return _fill_chain(torch.empty(n, n, dtype=angles.dtype, device=angles.device), thetas, radius)


@torch.no_grad()
def _fill_chain(tensor: Tensor, angles: Tensor, radius: float) -> Tensor:
    """Overwrite ``tensor`` (n, n) with the chain of float64 ``angles`` (n - 1,)."""
    if tensor.device.type == "cpu" and tensor.dtype in _NUMPY_DTYPES:
        array = tensor.detach().numpy()  # shares the memory
        tensor.zero_()
        _write_chain(array, angles.numpy(), radius)
        return tensor
    # NumPy reaches neither other devices nor half precision: build it aside, then copy.
    dtype = tensor.dtype if tensor.dtype in _NUMPY_DTYPES else torch.float32
    return tensor.copy_(_fill_chain(torch.empty(tensor.shape, dtype=dtype, device="cpu"), angles, radius))


def _write_chain(out: NDArray[Any], angles: NDArray[np.float64], radius: float) -> None:
    """Write the entries of the chain that are not zero into ``out`` (n, n), which holds zeros.

    With s_k, c_k the sine and cosine of angle k, and 1 for the cosine before the first and after the last:
    ``out[j+1, j] = s_j`` and ``out[i, j] = c_(i-1) · ∏_(k=i)^(j-1) (-s_k) · c_j`` for i ≤ j, all times the
    radius. The rows are cut into blocks. On the diagonal stands a triangle of running products; to its
    right every product passes the block's end and splits there, so the entries are a column times a row.
    (One split for all rows would be 0/0, long products underflow; short ones lose nothing.)
    """
    n = len(out)
    sines, cosines = np.sin(angles), np.cos(angles)
    ends = _row_ends(sines, out.dtype)
    width = int((ends - np.arange(n)).max())
    size = min(math.isqrt(n), _LARGEST_BLOCK)  # near √n the loops over columns and blocks balance
    inside = n + -n % size  # rows in whole blocks; the last block may stand out beyond the matrix
    beyond = np.zeros(inside - n + width)
    left = radius * np.concatenate([[1.0], cosines, beyond])
    enter = np.concatenate([[1.0], 0.0 - sines, beyond])  # gained on entering column j; 0 - 0 is not -0
    right = np.concatenate([cosines, [1.0], beyond])

    runs = _running_products(left[:inside].reshape(-1, size), enter[:inside].reshape(-1, size))
    columns = runs[:, :, -1:].astype(out.dtype)  # (blocks, size, 1)
    beside = np.arange(size, inside + 1, size)[:, None] + np.arange(width)  # (blocks, width) column numbers
    rows = (np.multiply.accumulate(enter[beside], axis=1) * right[beside]).astype(out.dtype)
    triangles = (runs * right[:inside].reshape(-1, 1, size)).astype(out.dtype, order="C")
    for block, start in enumerate(range(0, n, size)):
        end = min(start + size, n)
        here = end - start
        out[start:end, start:end] = triangles[block, :here, :here]
        fading = out[start:end, end : ends[end - 1]]
        np.multiply(columns[block, :here], rows[block, : fading.shape[1]], out=fading)
    below = np.arange(n - 1)
    out[below + 1, below] = radius * sines


def _running_products(left: NDArray[np.float64], enter: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return left_i · ∏_(k=i+1)^j enter_k for i ≤ j, else 0, in each block: (blocks, size, size).

    The memory runs column by column, so that one step of the loop serves all rows of all blocks.
    """
    blocks, size = left.shape
    by_column = np.zeros((size, blocks, size))
    for j in range(size):
        by_column[j, :, :j] = by_column[j - 1, :, :j] * enter[:, j, None]
        by_column[j, :, j] = left[:, j]
    return by_column.transpose(1, 2, 0)


def _row_ends(sines: NDArray[np.float64], dtype: np.dtype[Any]) -> NDArray[np.intp]:
    """Return for each row the first column from which ∏ |s_k| is below the dtype's normal numbers."""
    limit = -np.log(float(np.finfo(dtype).tiny))
    sizes = np.maximum(np.abs(sines), np.finfo(np.float64).tiny)  # log(0) would warn
    depth = np.concatenate([[0.0], np.cumsum(-np.log(sizes))])  # -log of the product up to column j
    ends: NDArray[np.intp] = np.searchsorted(depth, depth + limit, side="right")
    return ends


# ------------------------------------------------------------------------------------- the initializers


def eigen_(tensor: Tensor, radius: float = 0.95, *, generator: Generator | None = None) -> Tensor:
    """Fill with the paper's eigen initializer: a rotation chain with angles uniform on [0, 2π), (16)–(18).

    All eigenvalues have modulus ``radius``, and so have all singular values: nothing is amplified on the way.

    Args:
        tensor: (n, n) real, overwritten; for LSTM and GRU go through ``init_recurrent_``.
        radius: modulus of every eigenvalue; the paper uses 0.95.
        generator: CPU generator; by default torch's global one.

    Returns:
        The same tensor.

    Raises:
        TypeError, ValueError: not a square real tensor, bad radius or generator; the tensor is unchanged.

    Example:
        >>> W = eigen_(torch.empty(8, 8, dtype=torch.float64))
        >>> torch.allclose(torch.linalg.eigvals(W).abs(), torch.tensor(0.95, dtype=torch.float64))
        True

    Reference: arXiv 2307.15679, section IV.
    Chapter: initializer/rotations
    """
    n = _check_square(tensor)
    radius = _check_scale("radius", radius, tensor.dtype, _USUAL_RADIUS)
    _check_generator(generator)
    if n == 0:
        return tensor
    draws = torch.rand(n - 1, dtype=torch.float64, device="cpu", generator=generator)
    return _fill_chain(tensor, 2 * math.pi * draws, radius)


@torch.no_grad()
def haar_(tensor: Tensor, radius: float = 1.0, *, generator: Generator | None = None) -> Tensor:
    """Fill with the radius times a uniformly random (Haar) orthogonal matrix.

    QR of a Gaussian matrix, with the signs of R's diagonal moved into Q; without them it is not uniform.

    Args:
        tensor: (n, n) real, overwritten.
        radius: modulus of every eigenvalue.
        generator: CPU generator; by default torch's global one.

    Returns:
        The same tensor.

    Raises:
        TypeError, ValueError: not a square real tensor, bad radius or generator; the tensor is unchanged.

    Example:
        >>> Q = haar_(torch.empty(8, 8, dtype=torch.float64))
        >>> torch.allclose(Q.T @ Q, torch.eye(8, dtype=torch.float64))
        True

    Reference: F. Mezzadri, How to generate random matrices from the classical compact groups, 2007.
    Chapter: initializer/rotations
    """
    n = _check_square(tensor)
    radius = _check_scale("radius", radius, tensor.dtype, _USUAL_RADIUS)
    _check_generator(generator)
    gaussian = torch.randn(n, n, dtype=torch.float64, device="cpu", generator=generator)
    q, r = torch.linalg.qr(gaussian)
    return tensor.copy_(radius * q * r.diagonal().sign())


@torch.no_grad()
def np_rnn_(tensor: Tensor, *, generator: Generator | None = None) -> Tensor:
    """Fill with np-RNN, the paper's sp-RNN: positive definite, largest eigenvalue 1.

    A = RᵀR / n with R an n × n standard normal matrix, then (A + I) / λ_max(A + I). Made for ReLU.

    Args:
        tensor: (n, n) real, overwritten.
        generator: CPU generator; by default torch's global one.

    Returns:
        The same tensor.

    Raises:
        TypeError, ValueError: not a square real tensor, bad generator; the tensor is unchanged.

    Example:
        >>> eigenvalues = torch.linalg.eigvalsh(np_rnn_(torch.empty(8, 8, dtype=torch.float64)))
        >>> bool(eigenvalues.min() > 0), round(eigenvalues.max().item(), 9)
        (True, 1.0)

    Reference: S. S. Talathi, A. Vartak, arXiv 1511.03771.
    Chapter: initializer/spectra
    """
    n = _check_square(tensor)
    _check_generator(generator)
    if n == 0:
        return tensor
    r = torch.randn(n, n, dtype=torch.float64, device="cpu", generator=generator)
    shifted = r.T @ r / n + torch.eye(n, dtype=torch.float64, device="cpu")
    return tensor.copy_(shifted / torch.linalg.eigvalsh(shifted)[-1])


@torch.no_grad()
def irnn_(tensor: Tensor, scale: float = 1.0) -> Tensor:
    """Fill with IRNN, a multiple of the identity: every unit remembers itself and nothing mixes.

    Made for ReLU. It is also the rotation chain whose angles are all zero.

    Args:
        tensor: (n, n) real, overwritten.
        scale: the one eigenvalue.

    Returns:
        The same tensor.

    Raises:
        TypeError, ValueError: not a square real tensor, or a bad scale; the tensor is unchanged.

    Example:
        >>> torch.equal(irnn_(torch.empty(4, 4), 0.5), rotation_chain(torch.zeros(3), 0.5))
        True

    Reference: Q. V. Le, N. Jaitly, G. E. Hinton, arXiv 1504.00941.
    Chapter: initializer/spectra
    """
    _check_square(tensor)
    scale = _check_scale("scale", scale, tensor.dtype, "IRNN uses 1.0")
    tensor.zero_().diagonal().fill_(scale)
    return tensor


@torch.no_grad()
def torch_default_(tensor: Tensor, *, generator: Generator | None = None) -> Tensor:
    """Fill with PyTorch's default for recurrent weights, uniform on (-1/√n, 1/√n), equation (15).

    The paper calls 1/√n the standard deviation; it is the bound, the standard deviation is 1/√(3n).

    Args:
        tensor: (n, n) real, overwritten.
        generator: CPU generator; by default torch's global one.

    Returns:
        The same tensor.

    Raises:
        TypeError, ValueError: not a square real tensor, bad generator; the tensor is unchanged.

    Example:
        >>> bool((torch_default_(torch.empty(16, 16)).abs() <= 1 / 4).all())
        True

    Reference: the reset_parameters of torch.nn.RNN.
    Chapter: initializer/spectra
    """
    n = _check_square(tensor)
    _check_generator(generator)
    if n == 0:
        return tensor
    bound = 1 / math.sqrt(n)
    draws = torch.empty(n, n, dtype=tensor.dtype, device="cpu")
    return tensor.copy_(draws.uniform_(-bound, bound, generator=generator))


INITIALIZERS: Mapping[str, Callable[..., Tensor]] = MappingProxyType(
    {
        "default": torch_default_,
        "xavier_normal": nn.init.xavier_normal_,
        "xavier_uniform": nn.init.xavier_uniform_,
        "kaiming_normal": nn.init.kaiming_normal_,
        "kaiming_uniform": nn.init.kaiming_uniform_,
        "irnn": irnn_,
        "np_rnn": np_rnn_,
        "haar": haar_,
        "eigen": eigen_,
    }
)


# --------------------------------------------------------------------------------------- whole networks


def gate_views(rnn: nn.Module) -> dict[str, Tensor]:
    """Name the (n, n) blocks of every recurrent weight of a network, as views on its parameters.

    A key is layer and gate, ``l0.h``, with ``.reverse`` for the backward direction; a cell is layer 0.
    Gates are h (RNN), i f g o (LSTM), r z n (GRU). What is written into a view is written into the network.

    Args:
        rnn: RNN, LSTM, GRU, one of their cells, or ``models.LinearRNN``.

    Returns:
        The views by name, layers in order; they share memory with the parameters and carry no gradient.

    Raises:
        TypeError: the module is not recurrent.
        ValueError: the layer has a projection, or its recurrent weight is no plain parameter.

    Example:
        >>> views = gate_views(nn.LSTM(3, 5))
        >>> list(views), views["l0.f"].shape
        (['l0.i', 'l0.f', 'l0.g', 'l0.o'], torch.Size([5, 5]))

    Chapter: initializer/gates
    """
    _check_recurrent(rnn)
    views = {}
    for name, parameter in rnn.named_parameters(recurse=False):
        match = _RECURRENT_WEIGHT.fullmatch(name)
        if match:
            layer, reverse = match[1] or "0", ".reverse" if match[2] else ""
            blocks = torch.split(parameter.detach(), parameter.shape[1])
            for gate, block in zip(_GATES[len(blocks)], blocks, strict=True):
                views[f"l{layer}.{gate}{reverse}"] = block
    return views


def _check_recurrent(rnn: nn.Module) -> None:
    if not isinstance(rnn, nn.RNNBase | nn.RNNCellBase):
        raise TypeError(
            "rnn must be an RNN, LSTM or GRU, one of their cells or a LinearRNN, "
            f"got {type(rnn).__name__}; pass the layer itself, such as model.rnn"
        )
    if getattr(rnn, "proj_size", 0) > 0:
        raise ValueError(
            f"rnn must have proj_size 0, got {rnn.proj_size}; "
            "with a projection the recurrent blocks are not square and have no eigenvalues"
        )
    if is_parametrized(rnn):
        raise ValueError(
            f"rnn must hold plain parameters, got a parametrized {type(rnn).__name__}; "
            "initialize first, or call torch.nn.utils.parametrize.remove_parametrizations"
        )


@torch.no_grad()
def init_recurrent_(rnn: nn.Module, init_: Callable[..., Tensor | None], **kwargs: Any) -> nn.Module:
    """Fill every recurrent (n, n) block of a network, gate by gate, and touch nothing else.

    All layers and directions, in the order of ``gate_views``. Input weights and biases keep every bit.

    Args:
        rnn: RNN, LSTM, GRU, one of their cells, or ``models.LinearRNN``.
        init_: fills an (n, n) tensor in place, for example ``eigen_`` or ``INITIALIZERS["haar"]``.
        **kwargs: passed on to ``init_``, for example ``radius=0.95``.

    Returns:
        The same module.

    Raises:
        TypeError, ValueError: as in ``gate_views``, or whatever ``init_`` raises; the module is unchanged.

    Example:
        >>> lstm = init_recurrent_(nn.LSTM(3, 8), eigen_, radius=0.5)
        >>> forget = gate_views(lstm)["l0.f"]
        >>> torch.allclose(forget.T @ forget, 0.25 * torch.eye(8), atol=1e-6)
        True

    Chapter: initializer/rotations
    """
    if not callable(init_):
        raise TypeError(
            f"init_ must be a function that fills a tensor in place, got {init_!r}; "
            'look names up in the registry, such as INITIALIZERS["eigen"]'
        )
    views = gate_views(rnn)
    # Filled aside first: if init_ fails at the third gate, the network is still as it was.
    filled = [_fill_aside(view, init_, kwargs) for view in views.values()]
    for view, values in zip(views.values(), filled, strict=True):
        view.copy_(values)
    return rnn


def _fill_aside(view: Tensor, init_: Callable[..., Tensor | None], kwargs: dict[str, Any]) -> Tensor:
    """Return a copy of ``view`` that ``init_`` has filled."""
    aside = view.clone()
    result = init_(aside, **kwargs)
    if (result is not None and result is not aside) or aside.shape != view.shape:
        raise TypeError(
            f"init_ must fill its argument in place and return it, got {init_!r}, which returned something "
            "else; wrap it: lambda tensor: tensor.copy_(...)"
        )
    return aside
