#!/usr/bin/env bash
# Prepares the libtorch that the feature `bert` links: the processor's part of the PyPI wheel of torch, 0.5 GB.
#
#     eval "$(tools/libtorch.sh)" && cargo build --release --features bert
#
# Prints the variables that the build needs. A second call takes the folder of the first, and so does everyone
# who sets the same SHIJI_LIBTORCH (default: libtorch-VERSION in the user's cache folder). Needs Linux on x86-64,
# python3 with pip, gcc and binutils. For a GPU, set LIBTORCH to a libtorch 2.4 with CUDA instead of calling this.
set -euo pipefail

VERSION=2.4.0 # the one that tch 0.17 was written for
SHA256=e743adadd8c8152bb8373543964551a7cb7cc20ba898dc8f9c0cdbe47c283de0
DEST=${SHIJI_LIBTORCH:-${XDG_CACHE_HOME:-$HOME/.cache}/shiji/libtorch-$VERSION}

fail() { echo "libtorch.sh: $*" >&2; exit 1; }

[ "$(uname -sm)" = "Linux x86_64" ] || fail "made for Linux on x86-64; elsewhere set LIBTORCH to a libtorch $VERSION"

# Fetches the wheel and takes the headers and the libraries for the processor out of it.
unpack() {
    echo "torch==$VERSION --hash=sha256:$SHA256" > "$1/requirements.txt"
    python3 -m pip download --quiet --no-deps --no-cache-dir --only-binary :all: --require-hashes \
        --python-version 3.11 --implementation cp --abi cp311 --platform manylinux1_x86_64 \
        --dest "$1" --requirement "$1/requirements.txt" >&2
    python3 - "$1" "$2" <<'PY'
import shutil, sys, zipfile
from pathlib import Path

source, target = map(Path, sys.argv[1:])
[wheel] = source.glob("torch-*.whl")
with zipfile.ZipFile(wheel) as archive:
    for name in (Path(entry.filename) for entry in archive.infolist() if not entry.is_dir()):
        is_library = name.parent == Path("torch/lib") and name.name.startswith(("libtorch_cpu.so", "libc10.so", "libgomp"))
        if is_library or name.parts[:2] == ("torch", "include"):
            output = target / name.relative_to("torch")
            output.parent.mkdir(parents=True, exist_ok=True)
            with archive.open(name.as_posix()) as content, output.open("wb") as file:
                shutil.copyfileobj(content, file, 1 << 20)
PY
}

# libtorch_cpu.so of this wheel wants two CUDA libraries, for its profiler alone: libraries with the same symbols,
# of the same versions, that answer "not available" are enough to load it.
stub() {
    local library=$1 work=$2 symbol
    nm -D --undefined-only libtorch_cpu.so | sed -nE "s/^ +[Uw] ([A-Za-z0-9_]+)@+$library\$/\1/p" | sort -u > "$work/symbols"
    {
        echo 'static const char text[] = "not available";'
        while read -r symbol; do
            case $symbol in
            *GetErrorString | *GetErrorName) echo "const char *$symbol(void) { return text; }" ;;
            *) echo "int $symbol(void) { return 999; }" ;;
            esac
        done < "$work/symbols"
    } > "$work/stub.c"
    echo "$library { global: *; };" > "$work/stub.map"
    gcc -shared -fPIC -O1 -o "$library" -Wl,-soname,"$library" -Wl,--version-script="$work/stub.map" "$work/stub.c"
}

if [ "$(cat "$DEST/build-version" 2> /dev/null || true)" != "$VERSION" ]; then
    for tool in python3 gcc nm readelf; do
        command -v "$tool" > /dev/null || fail "needs $tool"
    done
    mkdir -p "$(dirname "$DEST")"
    # Beside the destination, so that it appears there complete or not at all.
    work=$(mktemp -d "$DEST.XXXXXX")
    trap 'rm -rf "$work"' EXIT
    echo "libtorch.sh: fetching torch $VERSION (0.8 GB) into $DEST" >&2
    unpack "$work" "$work/libtorch"
    cd "$work/libtorch/lib"
    for library in $(readelf -d libtorch_cpu.so | grep -oE 'lib(cudart|cupti)\.so\.[0-9]+'); do
        stub "$library" "$work"
    done
    # The wheel's own libtorch.so only asks for libtorch_cuda.so; this one only for libtorch_cpu.so.
    gcc -shared -o libtorch.so -Wl,-soname,libtorch.so -Wl,--no-as-needed '-Wl,-rpath,$ORIGIN' \
        -Wl,--unresolved-symbols=ignore-in-shared-libs -L. -ltorch_cpu -x c /dev/null
    echo "$VERSION" > ../build-version
    rm -rf "$DEST"
    mv "$work/libtorch" "$DEST"
fi

# The wheel was compiled with the old ABI of libstdc++.
printf 'export LIBTORCH=%q LIBTORCH_CXX11_ABI=0\n' "$DEST"
