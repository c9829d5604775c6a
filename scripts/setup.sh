#!/usr/bin/env bash
# Sees to it that the build finds what it needs besides Rust and a C++ compiler:
# libclang (the bindings to RocksDB are generated with it) and ccache (so that its C++ is
# compiled once). Installs through apt where that is allowed without asking; otherwise
# says what to install and exits 1. Changes nothing if everything is there.
set -euo pipefail

missing=()   # Debian packages
problems=()  # what apt cannot mend

has_libclang() {
    [[ -n "${LIBCLANG_PATH:-}" ]] && compgen -G "$LIBCLANG_PATH/libclang*.so*" >/dev/null && return 0
    if command -v llvm-config >/dev/null && compgen -G "$(llvm-config --libdir)/libclang*.so*" >/dev/null; then
        return 0
    fi
    compgen -G '/usr/lib/llvm*/lib/libclang*.so*' >/dev/null && return 0
    compgen -G '/usr/lib/*/libclang*.so*' >/dev/null && return 0
    compgen -G '/usr/lib/libclang*.so*' >/dev/null && return 0
    compgen -G '/usr/lib64/libclang*.so*' >/dev/null && return 0
    # macOS: the command line tools bring it.
    compgen -G '/Library/Developer/CommandLineTools/usr/lib/libclang.dylib' >/dev/null
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

check_rust
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

if [[ ${#problems[@]} -gt 0 ]]; then
    echo "The build needs these, please install them:" >&2
    printf '  - %s\n' "${problems[@]}" >&2
    exit 1
fi
