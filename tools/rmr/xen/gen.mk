# SPDX-License-Identifier: GPL-2.0-only
#
# Makes $(O)/gen: the files of Xen, and ours, that are compiled on the host, with
# their #include lines blanked, so that line numbers stay. For the Makefiles of
# xen-rmr and of the unit tests, which set O, XEN (the folder xen/ of a Xen tree),
# RMR_SRC (that of dt.c) and RMR_FILES, and include files.mk, and this after their
# first target.

RMR_XEN := $(abspath $(dir $(lastword $(MAKEFILE_LIST))))

# What sysctl.c adds to a public header: of the patch, or of a patched tree.
SYSCTL := $(firstword $(wildcard $(RMR_XEN)/../../../patches/hooks/sysctl.patch) \
                      $(XEN)/include/public/sysctl.h)
# Who reads static shared memory, in its place of 4.20 or of newer trees.
SHMEM := $(firstword $(wildcard $(XEN)/common/device-tree/static-shmem.c \
                     $(XEN)/arch/arm/static-shmem.c))
# Who says to which class of devices a compatible string belongs.
DRIVERS := $(XEN)/arch/arm/include/asm/gic.h $(sort $(wildcard \
    $(XEN)/arch/arm/gic-v[23].c $(XEN)/arch/arm/pci/*.c $(XEN)/drivers/char/*.c \
    $(XEN)/drivers/passthrough/arm/*.c))

blank = sed -e 's/^[ \t]*\#[ \t]*include.*//'

# All of gen/ at once: it is small. What comes out the same keeps its date.
$(O)/gen/.stamp: $(foreach f,$(XEN_FILES),$(XEN)/$(lastword $(subst :, ,$(f)))) \
                 $(RMR_FILES:%=$(RMR_SRC)/%) $(SYSCTL) $(SHMEM) $(DRIVERS) \
                 $(wildcard $(RMR_XEN)/*)
	@mkdir -p $(O)/gen $(O)/new
	@set -e; for f in $(XEN_FILES); do \
	    $(blank) $(XEN)/$${f#*:} > $(O)/new/$${f%%:*}; \
	done
	@$(blank) -e '/^static inline bool rmr_streams_overlap(/,/^}/s/    return/    shim_compared++;\n&/' \
	    $(RMR_SRC)/rmr.h > $(O)/new/rmr.h
	@set -e; for f in $(basename $(filter %.c,$(RMR_FILES))); do \
	    { printf '#include "gen/rmr.h"\n#line 1 "%s.c"\n' $$f; \
	      $(blank) $(RMR_SRC)/$$f.c; } > $(O)/new/$$f.c; \
	done
	@sed -n '/^typedef enum {/,/} p2m_type_t;/p' \
	    $(XEN)/arch/arm/include/asm/p2m.h > $(O)/new/p2m-type.h
	@grep -E '^#define (LPAE_SH_|MATTR_)' \
	    $(XEN)/arch/arm/include/asm/page.h > $(O)/new/page-attr.h
	@grep -E '^#define GUEST_(VIRTIO_MMIO|GICV3_GIC|PL011|GNTTAB|MAGIC|RAM)[A-Z0-9_]*_(BASE|SIZE) ' \
	    $(XEN)/include/public/arch-arm.h > $(O)/new/guest-layout.h
	@{ sed -n -e 's/^+//' -e '/^struct xen_sysctl_rmr_stream {/,/rmr_region_t) regions;/p' \
	      $(SYSCTL); echo '};'; } > $(O)/new/public-rmr.h
	@sed -n '/^int parse_bool(/,/^}/p' $(XEN)/common/kernel.c \
	    > $(O)/new/parse-bool.c
	@sed -n -e '/^int __init process_shm_node(/,/^}/p' \
	    -e '/^void __init early_print_info_shmem(/,/^}/p' $(SHMEM) > $(O)/new/static-shmem.c
	@awk -f $(RMR_XEN)/drivers.awk $(DRIVERS) > $(O)/new/drivers.h
	@printf '#define TAIL_OF_DT\n#include "tails.h"\n' >> $(O)/new/dt.c
	@printf '#define TAIL_OF_DEVICE_TREE\n#include "tails.h"\n' \
	    >> $(O)/new/device-tree.c
	@set -e; for f in $(O)/new/*; do \
	    cmp -s $$f $(O)/gen/$${f##*/} || cp $$f $(O)/gen/; \
	done
	@touch $@

$(O)/gen/%.c: $(O)/gen/.stamp ;
