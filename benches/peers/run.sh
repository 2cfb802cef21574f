#!/usr/bin/env bash
# shiji beside its peers, in one run: README.md says what is measured and how.
#
#   benches/peers/run.sh --gold 'MSRA test=msra.test.bio' --gold 'news=news.inline.txt' \
#       --ltp-train msra.train.bio [--model FILE.shiji]... [--threads N] [--with-monpa] [--without-torch]
#       [any option of compare.py]
#
# Everything is installed into a cache folder ($PEERS_CACHE, else ~/.cache/shiji-peers) and found there again.
# PyTorch's wheel brings gigabytes: PEERS_TORCH=DIR takes it from the site-packages folder DIR instead.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
cache=${PEERS_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/shiji-peers}
monpa=no torch=yes train= options=()
while (($#)); do
    case $1 in
        --with-monpa) monpa=yes ;;
        --without-torch) torch=no ;;
        --ltp-train) train=$(realpath "$2"); shift ;;
        *) options+=("$1") ;;
    esac
    shift
done

mkdir -p "$cache"
venv=$cache/venv python=$cache/venv/bin/python
if ! [ -x "$python" ]; then
    python3 -m venv "$venv"
    "$python" -m pip install --quiet -r "$here/requirements.txt"
    # FoolNLTK asks for TensorFlow 1 without saying so; install it where it can be had.
    "$python" -m pip install --quiet --no-deps foolnltk==0.1.7 || true
    "$python" -m pip install --quiet 'tensorflow<2' 2>&1 | tail -n 1 || true
fi
site=$("$python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))')
peers=lac,jieba,thulac,jiagu,foolnltk
if [ $torch = yes ]; then
    peers+=,bert
    if [ -n "${PEERS_TORCH:-}" ]; then
        echo "$PEERS_TORCH" > "$site/torch.pth"
    else
        "$python" -c 'import torch' 2> /dev/null || "$python" -m pip install --quiet torch==2.15.0
    fi
fi
if [ $monpa = yes ]; then
    peers+=,monpa
    "$python" -m pip install --quiet --no-deps monpa==0.3.3 && "$python" -m pip install --quiet requests six
fi

cargo build --release --quiet --manifest-path "$here/../../Cargo.toml" --bin shiji
if [ -n "$train" ] || [ -e "$cache/ltp.model" ]; then
    peers+=,ltp
    export CARGO_TARGET_DIR=$cache/ltp-target
    cargo build --release --quiet --manifest-path "$here/ltp/Cargo.toml"
    unset CARGO_TARGET_DIR
    if ! [ -e "$cache/ltp.model" ]; then
        "$cache/ltp-target/release/ltp-peer" train char "$train" "$cache/ltp.model.partial"
        mv "$cache/ltp.model.partial" "$cache/ltp.model"
    fi
fi
# Numeric libraries that spin while they wait are slow as soon as anything else runs.
export OMP_WAIT_POLICY=PASSIVE GOMP_SPINCOUNT=0
exec "$python" "$here/compare.py" --cache "$cache" --peers "$peers" ${options[@]+"${options[@]}"}
