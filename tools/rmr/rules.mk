# SPDX-License-Identifier: GPL-2.0-only
#
# How xen-rmr is built, for its Makefile and that of its tests. They set O,
# XEN_SRC, RMR_SRC, CC, CFLAGS and LDFLAGS.

MAKEFLAGS += -rR
RMR_TOOL := $(abspath $(dir $(lastword $(MAKEFILE_LIST))))
# The files of the tool itself: a test may have others.
TOOL_SRC ?= $(RMR_TOOL)
XEN := $(XEN_SRC)/xen
RMR_FILES := rmr.h dt.c policy.c policy-domain.c policy-guest.c table.c
include $(RMR_TOOL)/xen/files.mk

# Xen's files, what they call, and what looks into their structures.
UNITS := $(XEN_UNITS) static-shmem $(basename $(filter %.c,$(RMR_FILES)))
SHIMMED := host lint report plan
PLAIN := blob messages annotate svg
LIBXL_SRC ?= $(RMR_TOOL)/../libs/light
TOOL_OBJS := $(UNITS:%=$(O)/gen/%.o) $(O)/shim-lib.o $(O)/classes.o \
             $(SHIMMED:%=$(O)/%.o) $(PLAIN:%=$(O)/%.o) $(O)/libxl_rmr_layout.o

CFLAGS_TOOL = -std=gnu99 -Wall -Wstrict-prototypes -Werror $(CFLAGS) \
              -MMD -MP -MF $(@:.o=.d) -I$(TOOL_SRC)
CFLAGS_XEN = $(CFLAGS_TOOL) -fno-strict-aliasing -Wno-unused-function \
             -Wno-pointer-arith -I$(O) -I$(RMR_XEN) -I$(LIBXL_SRC) -include $(RMR_XEN)/shim.h

$(O)/xen-rmr: $(TOOL_OBJS) $(O)/main.o
	$(CC) $(LDFLAGS) -o $@ $^ -lfdt $(APPEND_LDFLAGS)

.SECONDARY:
include $(RMR_TOOL)/xen/gen.mk

$(O)/gen/%.o: $(O)/gen/%.c
	$(CC) $(CFLAGS_XEN) -c $< -o $@

$(O)/shim-lib.o $(O)/classes.o: $(O)/%.o: $(RMR_XEN)/%.c | $(O)/gen/.stamp
	$(CC) $(CFLAGS_XEN) -c $< -o $@

$(SHIMMED:%=$(O)/%.o): $(O)/%.o: $(TOOL_SRC)/%.c | $(O)/gen/.stamp
	$(CC) $(CFLAGS_XEN) -c $< -o $@

$(PLAIN:%=$(O)/%.o) $(O)/main.o: $(O)/%.o: $(TOOL_SRC)/%.c
	@mkdir -p $(O)
	$(CC) $(CFLAGS_TOOL) -c $< -o $@

$(O)/libxl_rmr_layout.o: $(LIBXL_SRC)/libxl_rmr_layout.c
	@mkdir -p $(O)
	$(CC) $(CFLAGS_TOOL) -c $< -o $@

-include $(wildcard $(O)/*.d $(O)/gen/*.d)
