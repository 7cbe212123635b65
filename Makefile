# SPDX-License-Identifier: GPL-2.0-only
#
# Entry points. The work is done by automation/scripts and automation/qemu;
# all that can be changed stands in Config.mk.

include Config.mk

S := automation/scripts
XEN ?= ours
TOOLS ?= ours

.DEFAULT_GOAL := help
.PHONY: help run run-both check check-fast check-long check-models fuzz bench build tools deb yocto apply series image image-xl \
        firmware hosttools xen-rmr deps fetch clean print-config

help:
	@sed -n 's/^# HELP \{0,1\}//p' Makefile

# HELP RMR for Xen on Arm: the display stays lit from firmware to dom0.
# HELP
# HELP   make run              build, boot on QEMU, show what happened to the picture
# HELP   make run XEN=stock    the same with unmodified Xen, for comparison
# HELP   make run-both         both, the two tables side by side
# HELP   make check            the tests;  T=name: one of them (T='boot-*': some);
# HELP                         check-fast: what needs no boot; check-long: all there are
# HELP   make check-models     the drivers against a model of the SMMU, at every store
# HELP   make fuzz             random sequences against the model, until one fails or Ctrl-C;
# HELP                         SEED=n, SEQUENCES=n, SECONDS=n, GENERATION=v2|v3
# HELP   make bench            what a switch and the scan cost, beside stock Xen
# HELP   make build [XEN=..]   only build Xen; make tools [TOOLS=ours|fixes|stock]: its tools
# HELP   make apply XEN_SRC=.. put it on your own Xen tree; deb: for Debian; yocto: a layer
# HELP   make series           the same as patches for review, in build/series
# HELP   make image            dom0's kernel and initramfs; image-xl: with xl and guests;
# HELP                         firmware: the stub; hosttools: the bench's programs
# HELP   make xen-rmr          what Xen makes of a device tree: build/host/bin/xen-rmr
# HELP   make fetch            fetch and unpack the sources; deps: install what is missing
# HELP   make clean            remove build/ except what was downloaded (ALL=1: everything)
# HELP   XEN=ours (default), stock, fixes, release, off, delayed, arm32, mistake:<name>,
# HELP   variant:<name> (patches in automation/qemu/tests); JOBS=n: compile n files at a time
# HELP
# HELP What is missing is fetched, and packages are installed with apt, by each target.
# HELP Results: build/run/{report.html,report.json,display.png}, build/check, build/xen.

# The names of all settings in Config.mk, and a shell assignment for each.
CONFIG_NAMES := $(shell sed -n 's/^\([A-Z][A-Z0-9_]*\) *?\{0,1\}=.*/\1/p' Config.mk)
print-config:
	@:$(foreach name,$(CONFIG_NAMES),$(info $(name)='$(subst ','\'',$($(name)))'))

deps:
	@$(S)/deps.sh

fetch: deps
	@$(S)/fetch.sh

build: deps
	@$(S)/build.sh $(XEN)

tools:
	@$(S)/deps.sh $(PACKAGES_TOOLS)
	@$(S)/tools.sh $(TOOLS)

deb:
	@$(S)/deb.sh

yocto:
	@$(S)/yocto.sh

image: deps
	@$(S)/image.sh

image-xl: tools
	@$(S)/image.sh $(TOOLS)

firmware: deps
	@$(MAKE) -s -C automation/qemu/firmware O='$(CURDIR)/$(FIRMWARE_DIR)' \
	    CROSS_COMPILE=$(CROSS_COMPILE_ARM64)

hosttools: deps
	@for d in bench report; do \
	    $(MAKE) -s -C automation/qemu/$$d O='$(CURDIR)/$(HOST_DIR)/bin' HOSTCC='$(HOSTCC)' \
	        HOSTCFLAGS='$(HOST_CFLAGS)' || exit 1; \
	done

xen-rmr: deps
	@$(S)/fetch.sh xen
	@$(MAKE) -s -C tools/rmr O='$(CURDIR)/$(HOST_DIR)/rmr' XEN_SRC='$(CURDIR)/$(SRC_DIR)/xen' \
	    CC='$(HOSTCC)' CFLAGS='$(HOST_CFLAGS)'
	@install -D $(HOST_DIR)/rmr/xen-rmr $(HOST_DIR)/bin/xen-rmr

run: deps
	@$(S)/run.sh $(XEN)

run-both: deps
	@$(S)/run.sh stock ours

check: deps
	@$(S)/check.sh $(if $(T),-t '$(T)')

check-fast: deps
	@$(S)/check.sh -f $(if $(T),-t '$(T)')

check-long: deps
	@$(S)/check.sh -l $(if $(T),-t '$(T)')

MODEL = $(MAKE) -s -C tools/tests/rmr/model O='$(CURDIR)/$(BUILD)/test/tools/tests/rmr/model' \
    XEN_SRC='$(CURDIR)/$(SRC_DIR)/xen' TREE='$(CURDIR)/$(TREE_DIR)/ours' \
    HOSTCC='$(HOSTCC)' $(if $(SEED),SEED='$(SEED)')

check-models: build
	@$(MODEL) check

fuzz: build
	@$(MODEL) fuzz

bench:
	@$(S)/deps.sh $(PACKAGES_FIGURES)
	@$(S)/bench.sh

apply:
	@$(S)/apply.sh $(if $(XEN_SRC),'$(XEN_SRC)')

series: $(if $(XEN_SRC),,deps)
	@$(S)/series.sh $(if $(XEN_SRC),'$(XEN_SRC)')

clean:
	@$(S)/clean.sh $(ALL)
