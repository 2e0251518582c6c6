#!/usr/bin/env bash
# Make the virtual environment and install the pinned requirements. Called by make; safe to repeat.
set -euo pipefail

if ! "$PYTHON" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
  echo "Eigen Teach needs Python 3.11 or newer; '$PYTHON' is $("$PYTHON" --version 2>&1 || echo 'not there')." >&2
  echo "Name a newer one: make ${MAKECMDGOALS:-book} PYTHON=python3.12" >&2
  exit 1
fi
if ! "$PYTHON" -c 'import ensurepip, venv' 2>/dev/null; then
  echo "'$PYTHON' cannot make virtual environments; on Debian and Ubuntu: apt install python3-venv" >&2
  exit 1
fi

[ -x "$VENV/bin/python" ] || "$PYTHON" -m venv "$VENV"
if ! "$VENV/bin/python" -c 'import torch' 2>/dev/null; then
  echo "Installing. On Linux pip's own torch brings some gigabytes of CUDA; to avoid them, first install"
  echo "PyTorch's CPU build into $VENV (see https://pytorch.org/get-started/locally/), then run make again."
fi
log="$VENV/install.log"
if ! "$VENV/bin/python" -m pip install --quiet -r requirements.txt 2>"$log"; then
  cat "$log" >&2
  echo "The requirements could not be installed. Without a network this cannot work: pip has to reach its" >&2
  echo "package index. With one, the lines above say what failed; running the command again is safe." >&2
  exit 1
fi
