# SPDX-License-Identifier: GPL-2.0-only
#
# Files of a Xen tree that xen-rmr, the unit tests and the model all compile, or include:
# generated name:file below xen/. For gen.mk and the Makefile of the model.

XEN_FILES := \
    list.h:include/xen/list.h \
    sort.h:include/xen/sort.h \
    typesafe.h:include/xen/typesafe.h \
    mm-frame.h:include/xen/mm-frame.h \
    bootfdt.h:include/xen/bootfdt.h \
    device_tree.h:include/xen/device_tree.h \
    device_tree_defs.h:include/public/device_tree_defs.h \
    device.h:include/asm-generic/device.h \
    lpae.h:arch/arm/include/asm/lpae.h \
    iommu_fwspec.h:arch/arm/include/asm/iommu_fwspec.h \
    device-tree.c:common/device-tree/device-tree.c \
    bootfdt.c:common/device-tree/bootfdt.c \
    bootinfo.c:common/device-tree/bootinfo.c \
    strtoull.c:lib/strtoull.c
