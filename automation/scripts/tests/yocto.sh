#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# yocto.sh: what the layer for Yocto names is there, and it is for the Xen that
# everything else here is for. Nothing in Debian can build it. Called by the test
# driver.

. "$(dirname "$0")/../env.sh"
. automation/scripts/overlay.sh

automation/scripts/fetch.sh xen
mkdir -p "$CHECK_DIR"
work=$TOP/$(mktemp -d "$CHECK_DIR/yocto.XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM HUP

# The real layer is somebody's; this one is made by a copy of the project.
mkdir -p "$work/project/automation" "$work/series"
cp -R Makefile Config.mk contrib "$work/project/"
cp -R automation/scripts "$work/project/automation/"
for number in 0000-cover-letter 0001-one 0002-two 0010-ten
do
    echo "$number" > "$work/series/$number.patch"
done
cd "$work/project"

! automation/scripts/yocto.sh > "$work/output" 2>&1 || die "a layer without patches was made"
grep -q 'make series' "$work/output" || die "it does not say what is missing"
mkdir -p build/yocto/meta-rmr/recipes-extended/xen/files
echo older > build/yocto/meta-rmr/recipes-extended/xen/files/0003-older.patch
automation/scripts/yocto.sh "$work/series"
cd build/yocto/meta-rmr/recipes-extended/xen

# Every file that is named is there, and every file is named, in order.
sed -n 's/.*file:\/\/\([^" ]*\).*/\1/p' xen-rmr-series.inc > "$work/patches"
printf '%s\n' 0001-one.patch 0002-two.patch 0010-ten.patch | diff - "$work/patches" || die "not the patches of the series"
sed -n 's/.*file:\/\/\([^" ]*\).*/\1/p' *.bbappend *.inc | sort -u > "$work/named"
ls files | diff - "$work/named" || die "named and there are not the same"
for file in $(sed -n 's/^require //p' *.bbappend *.inc)
do
    [ -f "$file" ] || die "$file is required, and not there"
done
for recipe in xen xen-tools
do
    grep -qx 'require xen-rmr.inc' "${recipe}_$XEN_SERIES.bbappend" || die "nothing for $recipe $XEN_SERIES"
done
grep -qx 'require xen-rmr-series.inc' xen-rmr.inc || die "the series is not in it"
grep -qF 'FILESEXTRAPATHS:prepend := "${THISDIR}/files:"' xen-rmr.inc || die "files/ is not searched"
for file in *.bbappend *.inc ../../conf/layer.conf
do
    # A value is on one line here; what is open at its end swallows the next.
    ! grep -vE '^(#.*|require [a-z-]*\.inc|[A-Za-z0-9_:.]+ (=|:=|\.=|\+=) "[^"]*")?$' "$file" || die "$file: no assignment"
done

# The release, and options that the build here has, too.
cd "$TOP"
recipes=contrib/yocto/meta-rmr/recipes-extended/xen
release=$(xen_version "$SRC_DIR/xen")
grep -qx "XEN_REL = \"$release\"" $recipes/xen-rmr.inc || die "the layer is not for Xen $release"
for option in $(grep -v "^#" $recipes/files/rmr.cfg)
do
    case " $XEN_CONFIG $XEN_CONFIG_ON " in
    *" ${option#CONFIG_} "*) ;;
    *) die "rmr.cfg: no build here has $option" ;;
    esac
done
