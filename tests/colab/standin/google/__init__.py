"""Stand-in for Colab's `google` namespace."""
