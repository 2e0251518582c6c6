"""Stand-in for `google.colab`."""
