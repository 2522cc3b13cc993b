#!/bin/sh
# Installs kenc @version@: the program, its manual pages and its completions.
#
#   sh install.sh [--prefix FOLDER]     /usr/local for root, ~/.local for others
#
# What is downloaded is compared with the checksums below before anything is installed.
set -eu

releases='@url@/releases/download/v@version@'
checksums='@checksums@'

fail() {
    echo "install.sh: $*" >&2
    exit 1
}

if [ "$(id -u)" = 0 ]; then prefix=/usr/local; else prefix=$HOME/.local; fi
while [ $# -gt 0 ]; do
    case $1 in
        --prefix) prefix=${2:?} && shift 2 ;;
        *) fail "unknown argument $1" ;;
    esac
done

case $(uname -s)-$(uname -m) in
    Linux-x86_64 | Linux-amd64) target=x86_64-unknown-linux-musl ;;
    Linux-aarch64 | Linux-arm64) target=aarch64-unknown-linux-musl ;;
    Darwin-arm64) target=aarch64-apple-darwin ;;
    Darwin-x86_64) target=x86_64-apple-darwin ;;
    *) fail "there is no build for $(uname -s) on $(uname -m): build it with cargo" ;;
esac
name=kenc-@version@-$target
expected=$(printf '%s\n' "$checksums" | awk -v file="$name.tar.gz" '$2 == file { print $1 }')
[ -n "$expected" ] || fail "this release has no $name.tar.gz"

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
trap 'exit 130' INT TERM
archive=$folder/$name.tar.gz
case $releases in
    file://*) cp "${releases#file://}/$name.tar.gz" "$archive" || fail "cannot read $releases/$name.tar.gz" ;;
    *)
        if command -v curl >/dev/null; then
            curl --proto '=https' --tlsv1.2 -fsSL -o "$archive" "$releases/$name.tar.gz"
        elif command -v wget >/dev/null; then
            wget -q -O "$archive" "$releases/$name.tar.gz"
        else
            fail "neither curl nor wget is there"
        fi || fail "cannot download $releases/$name.tar.gz"
        ;;
esac
if command -v sha256sum >/dev/null; then
    actual=$(sha256sum "$archive" | cut -d' ' -f1)
else
    actual=$(shasum -a 256 "$archive" | cut -d' ' -f1)
fi
[ "$actual" = "$expected" ] || fail "$name.tar.gz has the wrong checksum $actual; expected $expected"

tar -xzf "$archive" -C "$folder"
tree=$folder/$name
put() { mkdir -p "$2" && cp "$tree/$1" "$2/${3:-}"; }
mkdir -p "$prefix/bin"
# Through another name, so that a running kenc is not overwritten and a failure leaves the old one.
cp "$tree/kenc" "$prefix/bin/.kenc.new"
chmod 755 "$prefix/bin/.kenc.new"
mv -f "$prefix/bin/.kenc.new" "$prefix/bin/kenc"
for section in 1 5 7; do
    mkdir -p "$prefix/share/man/man$section"
    cp "$tree"/man/*."$section" "$prefix/share/man/man$section/"
done
put completions/kenc.bash "$prefix/share/bash-completion/completions" kenc
put completions/_kenc "$prefix/share/zsh/site-functions" _kenc
put completions/kenc.fish "$prefix/share/fish/vendor_completions.d" kenc.fish
echo "installed $("$prefix/bin/kenc" --version) in $prefix"
case ":$PATH:" in
    *":$prefix/bin:"*) ;;
    *) echo "add $prefix/bin to PATH to call it by name" ;;
esac
