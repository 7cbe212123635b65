#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# deps.sh [PACKAGE...]: installs the native packages of Config.mk that are
# missing, and these, after saying which. Called before every step that builds or boots; silent and
# quick when nothing is missing. The system's apt sources stay as they are:
# a newer QEMU for older Debians comes through a private configuration.

. "$(dirname "$0")/env.sh"
. "$(dirname "$0")/apt.sh"

APT_INSTALL='apt-get -y -q --no-install-recommends -o DPkg::Lock::Timeout=600'

missing_packages()
{
    for package in "$@"
    do
        case $(dpkg-query -W -f '${db:Status-Abbrev}' "$package" 2>/dev/null) in
        ii*) ;;
        *) echo "$package" ;;
        esac
    done | xargs
}

# Whether version $1 is $2 or later.
at_least()
{
    [ "$(printf '%s\n%s\n' "$1" "$2" | sort -V | head -n 1)" = "$2" ]
}

qemu_version()
{
    "$QEMU" --version 2>/dev/null | sed -n '1s/.*version \([0-9.]*\).*/\1/p'
}

qemu_usable()
{
    version=$(qemu_version)
    [ -n "$version" ] && at_least "$version" "$QEMU_MIN"
}

as_root()
{
    if [ "$(id -u)" = 0 ]
    then
        DEBIAN_FRONTEND=noninteractive "$@"
    else
        sudo env DEBIAN_FRONTEND=noninteractive "$@"
    fi
}

may_install()
{
    [ "$(id -u)" = 0 ] || command -v sudo >/dev/null ||
        die "these packages are missing and only root can install them (no sudo here): $*." \
            "As root: apt-get install --no-install-recommends $*"
}

install_native()
{
    say "will install with apt-get: $*"
    may_install "$@"
    # Lists that do not know a package yet are empty or too old.
    apt-cache show "$@" >/dev/null 2>&1 || as_root apt-get -q update ||
        say "apt-get update failed in part; trying with the lists there are"
    as_root $APT_INSTALL install "$@" && return
    say "apt-get install failed; reading the package lists afresh and trying once more"
    as_root apt-get -q update || true
    as_root $APT_INSTALL install "$@" ||
        die "apt-get could not install: $*"
}

install_qemu()
{
    codename=$(. /etc/os-release && echo "${VERSION_CODENAME:-}")
    case " $QEMU_BACKPORTS_FOR " in
    *" $codename "*)
        say "will install with apt-get from $QEMU_BACKPORTS_SUITE: $PACKAGES_QEMU" \
            "(QEMU $QEMU_MIN or newer is needed; $codename's own is too old)"
        may_install $PACKAGES_QEMU
        conf=$(apt_private qemu "$(dpkg --print-architecture)" deb \
               "$codename" "$codename-updates" "$QEMU_BACKPORTS_SUITE")
        apt_update "$conf"
        as_root $APT_INSTALL -c "$conf" -t "$QEMU_BACKPORTS_SUITE" install $PACKAGES_QEMU || {
            rm -f "${conf%/*}/updated"
            apt_update "$conf"
            as_root $APT_INSTALL -c "$conf" -t "$QEMU_BACKPORTS_SUITE" install $PACKAGES_QEMU
        } || die "apt-get could not install: $PACKAGES_QEMU"
        ;;
    *)
        install_native $PACKAGES_QEMU
        ;;
    esac
    qemu_usable ||
        die "$QEMU is version $(qemu_version) after the installation; $QEMU_MIN or newer is needed" \
            "(older SMMUv3 models have no stage 2)"
}

command -v dpkg-query >/dev/null && command -v apt-get >/dev/null ||
    die "this is not a Debian system (no dpkg, no apt-get). Install by hand what Config.mk" \
        "lists as PACKAGES_*, and take the build steps from automation/scripts."

mkdir -p "$APT_DIR"
missing=$(missing_packages $PACKAGES_BUILD $PACKAGES_BENCH $PACKAGES_CHECK "$@")
[ -z "$missing" ] || install_native $missing
qemu_usable || install_qemu
