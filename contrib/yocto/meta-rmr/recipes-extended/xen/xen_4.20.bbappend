# SPDX-License-Identifier: GPL-2.0-only
require xen-rmr.inc

SRC_URI:append:aarch64 = " file://rmr.cfg"
