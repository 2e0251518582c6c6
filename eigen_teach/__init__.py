"""The eigenvalues of recurrent networks: the code behind the book *Eigen Teach*.

Import the module that carries the concept: ``from eigen_teach import linear, init``.
Nothing is imported here, so that Part I of the book never waits for torch.
"""

__version__ = "0.1.0"
