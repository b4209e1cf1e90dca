# What tools/run, tools/test and .ci/run share. Sourced by bash; sets `root`.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

say() { printf '%s\n' "$*" >&2; }

die() {
  say "$0: $*"
  exit 1
}

# Prints every package that is installed, and what these provide besides: another source's nodejs
# may bring npm.
installed_packages() {
  dpkg-query -W -f '${db:Status-Status} ${Package},${Provides}\n' 2>/dev/null |
    sed -n 's/^installed //p' | tr ',' '\n' | sed 's/^ *//; s/ .*//'
}

# Prints the packages of the groups given ("build", "test") that are not installed.
missing_packages() {
  local group package rest installed
  installed=$'\n'$(installed_packages)$'\n'
  while read -r group package rest; do
    case " $* " in *" $group "*) ;; *) continue ;; esac
    case $installed in *$'\n'"$package"$'\n'*) ;; *) printf '%s\n' "$package" ;; esac
  done < <(grep -v '^#' "$root/tools/packages.txt")
}

# Installs what is missing of the groups given. Touches no network if nothing is.
install_packages() {
  local -a missing as_root=()
  mapfile -t missing < <(missing_packages "$@")
  [ "${#missing[@]}" -gt 0 ] || return 0
  command -v apt-get >/dev/null || die "these Debian packages are missing: ${missing[*]}"
  if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null || die "sudo is missing; as root: apt-get install ${missing[*]}"
    as_root=(sudo)
  fi
  say "installing ${missing[*]}"
  "${as_root[@]}" apt-get update -q >&2
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
    apt-get install -q -y --no-install-recommends "${missing[@]}" >&2
}
