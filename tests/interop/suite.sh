#!/bin/bash
# suite.sh SUITE: ./dev interop in a new Debian, with its versions of the libraries.
. "$(dirname "$0")/../system/common.sh"

root=$WORK/$1-interop
make_root "$1" "$root"
copy_checkout "$root/root/papod"
inside "$root" bash -c 'cd /root/papod && ./dev interop'
