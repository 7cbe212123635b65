# SPDX-License-Identifier: GPL-2.0-only
#
# Files of a Xen tree that xen-rmr, the unit tests and the model all compile, or include:
# generated name:file below xen/, which is XEN. For rules.mk, gen.mk and the Makefiles
# of the tests.

# Since Xen 4.21 some of it is in files of its own.
LATER_FILES := \
    resource.h:include/xen/resource.h \
    bootinfo.h:include/xen/bootinfo.h \
    bootinfo-fdt.c:common/device-tree/bootinfo-fdt.c

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
    strtoull.c:lib/strtoull.c \
    $(foreach f,$(LATER_FILES),$(if $(wildcard $(XEN)/$(lastword $(subst :, ,$(f)))),$(f)))

# What is compiled of them; parse-bool is made of a part of another.
XEN_UNITS := $(basename $(filter %.c,$(foreach f,$(XEN_FILES),$(firstword $(subst :, ,$(f)))))) parse-bool
