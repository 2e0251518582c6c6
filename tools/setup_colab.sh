#!/usr/bin/env bash
# Make the second environment, with Colab's old front-end packages and the main one's torch. Safe to repeat.
# usage: setup_colab.sh MAIN_VENV COLAB_VENV
set -euo pipefail
main=$1 colab=$2

[ -x "$colab/bin/python" ] || "$main/bin/python" -m venv "$colab"
"$colab/bin/python" -m pip install --quiet -r tests/colab/requirements.txt
borrowed=$("$main/bin/python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))')
own=$("$colab/bin/python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))')
echo "$borrowed" >"$own/borrowed.pth"
