#!/usr/bin/env bash
# Sees to it that the build finds what it needs besides Rust and a C++ compiler:
# libclang (the bindings to RocksDB are generated with it), ccache (so that its C++ is
# compiled once) and Node.js (for the pages); with the argument `browser` also Chromium, for
# the tests of the pages. Installs through apt where that is allowed without asking;
# otherwise says what to install and exits 1. Changes nothing if everything is there.
set -euo pipefail

missing=()   # Debian packages
problems=()  # what apt cannot mend

has_libclang() {
    local directories=(/usr/lib/llvm*/lib /usr/lib/*-linux-* /usr/lib /usr/lib64)
    # macOS: the command line tools bring it.
    directories+=(/Library/Developer/CommandLineTools/usr/lib)
    [[ -n "${LIBCLANG_PATH:-}" ]] && directories+=("$LIBCLANG_PATH")
    command -v llvm-config >/dev/null && directories+=("$(llvm-config --libdir)")
    # Not libclang-cpp, which is another library and often there without this one.
    # find fails on a directory that is missing, which does not matter here.
    [[ -n $(find -L "${directories[@]}" -maxdepth 1 \
        \( -name 'libclang.so*' -o -name 'libclang-[0-9]*.so*' -o -name libclang.dylib \) \
        -print -quit 2>/dev/null || true) ]]
}

# rust-version in Cargo.toml, compared as a version.
check_rust() {
    local wanted found
    wanted=$(sed -n 's/^rust-version = "\(.*\)"/\1/p' "$(dirname "$0")/../Cargo.toml")
    if ! command -v cargo >/dev/null; then
        problems+=("Rust $wanted or newer: https://rustup.rs")
        return
    fi
    found=$(rustc --version | cut -d' ' -f2 | cut -d- -f1)
    if [[ "$(printf '%s\n%s\n' "$wanted" "$found" | sort -V | head -n1)" != "$wanted" ]]; then
        problems+=("Rust $wanted or newer (this is $found): rustup update")
    fi
}

# The oldest that the tools of ui/ run on.
node_wanted=20.19.0
# Where scripts/node.sh looks first; a distribution's own Node.js is often older.
own_node="$HOME/.cache/linger/node"

has_node() {
    local found
    found=$("$(dirname "$0")/node.sh" node --version 2>/dev/null) || return 1
    [[ "$(printf '%s\n%s\n' "$node_wanted" "${found#v}" | sort -V | head -n1)" == "$node_wanted" ]]
}

check_rust
command -v npm >/dev/null || missing+=(nodejs npm)
if [[ "${1:-}" == browser ]]; then
    command -v chromium >/dev/null || missing+=(chromium)
fi
command -v c++ >/dev/null && command -v cc >/dev/null || missing+=(build-essential)
has_libclang || missing+=(libclang-dev)
command -v ccache >/dev/null || missing+=(ccache)

if [[ ${#missing[@]} -gt 0 ]]; then
    as_root=()
    can_install=no
    if command -v apt-get >/dev/null; then
        if [[ $EUID -eq 0 ]]; then
            can_install=yes
        elif command -v sudo >/dev/null && sudo -n true 2>/dev/null; then
            can_install=yes
            as_root=(sudo -n)
        fi
    fi
    if [[ $can_install == yes ]]; then
        echo "Installing ${missing[*]} with apt …"
        install=("${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "${missing[@]}")
        # The package lists of a fresh machine are often missing or old.
        "${as_root[@]}" apt-get update -q || true
        "${install[@]}" || problems+=("packages ${missing[*]} (apt could not install them, see above)")
    elif command -v apt-get >/dev/null; then
        problems+=("packages: sudo apt-get install ${missing[*]}")
    else
        problems+=("libclang, ccache and a C++ compiler from your system's packages (Debian calls them ${missing[*]})")
    fi
fi

if ! has_node && command -v npm >/dev/null; then
    echo "Installing Node.js 22 into $own_node with npm …"
    mkdir -p "$own_node"
    npm install --prefix "$own_node" --no-fund --no-audit --silent node@22 || true
fi
has_node || problems+=("Node.js $node_wanted or newer, with npm: https://nodejs.org")

if [[ ${#problems[@]} -gt 0 ]]; then
    echo "The build needs these, please install them:" >&2
    printf '  - %s\n' "${problems[@]}" >&2
    exit 1
fi
