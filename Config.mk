# SPDX-License-Identifier: GPL-2.0-only
#
# Every version, suite, package, flag and path of the project, and nothing
# else. Read by the Makefile, and by the scripts through `make print-config`
# (automation/scripts/env.sh). One `NAME = value` or `NAME ?= value` a line,
# at the start of the line: print-config finds the names by that form.

# --- Where things come from: suites and packages of Debian ----------------
DEBIAN_SUITE = trixie
XEN_PACKAGE = xen
XEN_SERIES = 4.20
# Suites that may have the series' source where the first one's cannot be had.
XEN_OTHER_SUITES = forky sid
# A folder in which Xen's source tarball is looked for when no suite hands it out.
XEN_TARBALLS ?= /usr/src
KERNEL_PACKAGE = linux-image-arm64
BUSYBOX_PACKAGE = busybox-static
# What Xen's toolstack is built with and runs on, unpacked and never installed.
SYSROOT_PACKAGES = libc6 libgcc-s1 libfdt1 libfdt-dev libuuid1 uuid-dev libyajl2 libyajl-dev zlib1g zlib1g-dev
GUEST_DEB_ARCH = arm64

# --- What has to be installed on the machine ------------------------------
PACKAGES_BUILD = build-essential flex bison bc ccache patch python3 xz-utils cpio gcc-aarch64-linux-gnu libc6-dev-arm64-cross gcc-arm-linux-gnueabihf
PACKAGES_BENCH = device-tree-compiler libfdt-dev libjansson-dev imagemagick
PACKAGES_CHECK = libcmocka-dev cppcheck libxml2-utils yamllint git
# Only for Xen's toolstack.
PACKAGES_TOOLS = acpica-tools pkgconf
# Only for what is fuzzed.
PACKAGES_FUZZ = clang libclang-rt-dev
# Only for `make bench'.
PACKAGES_FIGURES = valgrind gnuplot-nox
PACKAGES_QEMU = qemu-system-arm qemu-system-common
# The SMMUv3 of older versions has no stage 2.
QEMU_MIN = 8.1
# Debian releases whose own QEMU is too old, and the suite that has a newer one.
QEMU_BACKPORTS_FOR = bookworm
QEMU_BACKPORTS_SUITE = bookworm-backports

# --- Our own packages ---------------------------------------------------------
# To be raised with each that is handed out.
PACKAGE_RELEASE ?= 1

# --- Tools ------------------------------------------------------------------
QEMU ?= qemu-system-aarch64
CROSS_COMPILE_ARM64 ?= aarch64-linux-gnu-
CROSS_COMPILE_ARM32 ?= arm-linux-gnueabihf-
HOSTCC ?= gcc
CLANG ?= clang
JOBS ?= $(shell nproc)
CCACHE_MAXSIZE = 2G

# --- How Xen is configured ----------------------------------------------------
# Words CONFIG_<name>=<value>; a value that Kconfig does not take stops the build.
XEN_DEFCONFIG = arm64_defconfig
XEN_CONFIG = EXPERT=y UNSUPPORTED=y ARM_SMMU=y ARM_SMMU_V3=y HYPFS=y MEM_ACCESS=y STATIC_MEMORY=y STATIC_SHM=y
XEN_CONFIG_DEBUG = DEBUG=y
XEN_CONFIG_RELEASE = DEBUG=n
XEN_CONFIG_ON = ARM_RMR=y
XEN_CONFIG_OFF = ARM_RMR=n
XEN_CONFIG_DELAYED = ARM_RMR_DELAYS=y
XEN_ARM32_DEFCONFIG = arm32_defconfig
XEN_ARM32_CONFIG = EXPERT=y UNSUPPORTED=y ARM_SMMU=y HYPFS=y DEBUG=y

# --- How Xen's toolstack is configured and built ------------------------------
TOOLS_CONFIGURE = --disable-docs --disable-stubdom --disable-xen --disable-monitors --disable-ocamltools --disable-xsmpolicy --disable-golang --disable-pygrub --disable-seabios --disable-ovmf --disable-ipxe --disable-systemd --with-xenstored=xenstored --with-system-qemu=/bin/false
# The folder in /usr/lib of those that are packaged.
TOOLS_LEAF = xen-$(XEN_SERIES)-rmr
# Folders of tools/, in the order in which one needs the other.
TOOLS_PARTS = include libs xenstored xs-clients console helpers xl rmr

# --- Flags of our own programs --------------------------------------------------
HOST_CFLAGS ?= -O2 -g
HOST_WARNINGS = -std=gnu99 -Wall -Wextra -Wstrict-prototypes -Werror
DOM0_CFLAGS = -O2 -static -std=gnu99 -Wall -Wextra -Wstrict-prototypes -Werror

# --- dom0 -------------------------------------------------------------------------
DOM0_MODULES = xen-privcmd xenfs
DOM0_STEPS = key,hypfs,idle:2
# Besides, where it has a toolstack.
DOM0_XL_MODULES = xen-gntdev xen-gntalloc xen-evtchn
DOM0_XL_STEPS = xl:list,xl-create:plain,guest-wait:plain:GUEST:%20up,xl:list,xl-destroy:plain,xl:list
# For guests that have the disk.
GUEST_MODULES = ahci_platform sd_mod

# --- Our folders that go into a Xen tree ------------------------------------------
OVERLAY_DIRS = xen tools docs
PATCH_SERIES = patches/series
MISTAKE_DIR = automation/qemu/tests/mistakes
VARIANT_DIR = automation/qemu/tests/variants

# --- Everything generated -----------------------------------------------------------
BUILD = build
DEB_DIR = build/deb
APT_DIR = build/apt
SRC_DIR = build/src
TREE_DIR = build/tree
XEN_DIR = build/xen
PACKAGE_DIR = build/packages
YOCTO_DIR = build/yocto
SYSROOT_DIR = build/sysroot
TOOLS_DIR = build/tools
CCACHE_DIR = build/ccache
HOST_DIR = build/host
FIRMWARE_DIR = build/firmware
IMAGE_DIR = build/image
RUN_DIR = build/run
CHECK_DIR = build/check
BENCH_DIR = build/bench
