#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Makes sure that what a target of the Makefile needs from Debian is there, before anything else runs:
#
#     packaging/set-up.sh install test        groups of packaging/debian-packages.txt
#
# As root, or where sudo asks for no password, it installs what is missing and says so. Otherwise it prints the line
# that installs it and ends with 2, as it does for a Python that is too old.
set -eu

list=$(dirname "$0")/debian-packages.txt
python=${PYTHON:-python3}

say() { printf 'proofwipe: %s\n' "$*" >&2; }

has() { command -v "$1" >/dev/null 2>&1; }

# is_there PACKAGE SIGN: one of the words between "|"
is_there() {
  rest=$2
  while [ -n "$rest" ]; do
    sign=${rest%%|*}
    case $rest in *'|'*) rest=${rest#*|} ;; *) rest= ;; esac
    case $sign in
      -) [ "$(dpkg-query -W -f='${Status}' "$1" 2>/dev/null)" = 'install ok installed' ] && return 0 ;;
      module:*) "$python" -c "import ${sign#module:}" >/dev/null 2>&1 && return 0 ;;
      /*) [ -e "$sign" ] && return 0 ;;
      python3) has "$python" && return 0 ;;
      *) has "$sign" && return 0 ;;
    esac
  done
  return 1
}

# missing GROUP ...: packages of these groups that are not there, each once, on one line
missing() {
  found=' '
  while read -r package group signs; do
    case $package in ''|'#'*) continue ;; esac
    case " $* " in *" $group "*) ;; *) continue ;; esac
    case $found in *" $package "*) continue ;; esac
    while [ -n "$signs" ]; do
      is_there "$package" "${signs%%,*}" || { found="$found$package "; break; }
      case $signs in *,*) signs=${signs#*,} ;; *) signs= ;; esac
    done
  done < "$list"
  set -- $found
  printf '%s\n' "$*"
}

install() {
  "$@" apt-get update -q && "$@" env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends $wanted
}

[ $# -gt 0 ] || { say 'set-up.sh GROUP ...: groups of packaging/debian-packages.txt'; exit 2; }
for group in "$@"; do
  grep -q "^[a-z0-9.+-][a-z0-9.+-]* *$group " "$list" || { say "no group \"$group\" in $list"; exit 2; }
done

wanted=$(missing "$@")
if [ -n "$wanted" ]; then
  if ! has apt-get; then
    say "these Debian packages, or what your system calls them, are missing: $wanted"
    exit 2
  elif [ "$(id -u)" = 0 ]; then
    as=
  elif has sudo && sudo -n true 2>/dev/null; then
    as='sudo -n'
  else
    say "Debian packages are missing; install them, then run it again:"
    printf '    sudo apt-get install --no-install-recommends %s\n' "$wanted" >&2
    exit 2
  fi
  say "installing Debian packages: $wanted"
  install $as >&2 || { say "apt-get could not install them: $wanted"; exit 2; }
  left=$(missing "$@")
  [ -z "$left" ] || { say "installed, but still not found: $left (PATH, or PYTHON=$python?)"; exit 2; }
fi

"$python" - <<'PROGRAM' >&2 || exit 2
import sys
if sys.version_info < (3, 11):
    print("proofwipe: Python 3.11 or newer is needed; this is %s. Name another: make PYTHON=python3.12 ..."
          % sys.version.split()[0])
    sys.exit(2)
PROGRAM
