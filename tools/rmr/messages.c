/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Every message of Xen's dt.c and policy.c, and those of xen-rmr's own: what it
 * is called, how bad it is, what Xen does, and what to do about it. A test
 * holds the texts against the sources: one row for each, and no other.
 */
#include <string.h>

#include "xen-rmr.h"

#define SIZE(a) (sizeof(a) / sizeof((a)[0]))
#define PRIrmr "#lx"

#define NOT_MAPPED "does not map the region: the device's DMA there is aborted"
#define NOT_KEPT   "does not keep the device's DMA: it is aborted from probe on"
#define SKIPPED    "takes the tuple for no region"
#define IGNORED    "goes on as if the item were not there"
#define KEPT_ONLY  "keeps the device's DMA alive, and never assigns the device"

#define TRANSLATE  "give /reserved-memory `ranges;' and the root's #address-cells and #size-cells"
#define SYNTAX     "write rmr=<node>:<base>+<size>, rmr=<node>=off, rmr=<node>=keep or rmr=no"
#define OTHER_MEMORY "have firmware reserve other memory, which nobody else uses"
#define OWN_STREAMS "give each device StreamIDs of its own; if the devices are one, describe them as one node"

const struct message messages[] = {
    /* --- dt.c: `iommu-addresses' and `reg' -------------------------------- */
    { "rmr: %s: `iommu-addresses' is no list of <phandle address size>, neither with the cells of the devices' buses nor with those of /reserved-memory: not mapped\n",
      "addresses-no-list", ERROR, "iommu-addresses", 0, NOT_MAPPED,
      "write <&device address size>: a phandle that a node has, and the cells of the bus that the device is on" },
    { "`iommu-addresses' has a number of more than 64 bits",
      "addresses-too-large", ERROR, "iommu-addresses", 1, NOT_MAPPED,
      "correct the number, or #address-cells and #size-cells of the device's bus" },
    { "`iommu-addresses' has a size larger than `reg'",
      "addresses-exceed-reg", ERROR, "iommu-addresses", 1, NOT_MAPPED,
      "make `reg' as large as what the device uses, or the tuple smaller" },
    { "not in the first range of `reg', and which of the others is meant is not said",
      "addresses-which-range", ERROR, "iommu-addresses", 1, NOT_MAPPED,
      "make one node for each range of `reg'" },
    { "rmr: %s: `iommu-addresses' has the cells of /reserved-memory, not those of the devices' buses: read like that\n",
      "addresses-of-region-cells", WARNING, "iommu-addresses", 0,
      "reads it as it is meant; Linux does not",
      "write <&device address size>, with the cells of the bus that the device is on" },
    { "has an empty template here",
      "template-empty", WARNING, "iommu-addresses", 0, SKIPPED,
      "have firmware fill in address and size when it lights the device; without, nothing is wrong if the device is off at boot" },
    { "has no `iommus'",
      "addresses-no-master", WARNING, "iommu-addresses", 0, SKIPPED,
      "name the node that has `iommus': often the parent, or the DMA engine beside it" },
    { "does not list the region in `memory-region'",
      "region-not-listed", WARNING, "memory-region", 1, SKIPPED,
      "add the region's phandle to `memory-region' of the device" },
    { "is disabled",
      "master-disabled", NOTE, "status", 1, SKIPPED,
      "set the device's status to \"okay\" if firmware leaves it running" },
    { "rmr: %s: disabled: skipped\n",
      "region-disabled", NOTE, "status", 0, "ignores the region",
      "remove the status property if firmware uses the memory" },
    { "rmr: %s: `memory-region' has %u entries, and %s is not among the first %u: not mapped\n",
      "memory-region-too-long", ERROR, "memory-region", 0, NOT_MAPPED,
      "put the regions that are in use at boot first" },
    { "/reserved-memory has cells that are not 1 to 4",
      "reg-cells", ERROR, "reg", 1, NOT_MAPPED,
      "correct #address-cells and #size-cells of /reserved-memory" },
    { "`reg' is cut short",
      "reg-short", ERROR, "reg", 1, NOT_MAPPED,
      "write address and size, with the cells of /reserved-memory" },
    { "`reg' does not fit a physical address",
      "reg-too-large", ERROR, "reg", 1, NOT_MAPPED,
      "correct the number, or the cells of /reserved-memory" },
    { "`reg' cannot be translated: is `ranges' missing?",
      "reg-untranslated", ERROR, "reg", 1, NOT_MAPPED, TRANSLATE },

    /* --- dt.c: StreamIDs -------------------------------------------------- */
    { "`iommus' is cut short",
      "iommus-short", ERROR, "iommus", 0, NOT_KEPT,
      "write <&smmu ID ...>, with as many cells as #iommu-cells of the SMMU says" },
    { "`iommus' has a phandle that no node has",
      "iommus-phandle", ERROR, "iommus", 0, NOT_KEPT,
      "correct the phandle; if it is right, an entry before it has not as many cells as #iommu-cells of its SMMU says" },
    { "`iommus' names a node that is no IOMMU Xen has a driver for",
      "iommus-no-driver", ERROR, "iommus", 0, NOT_KEPT,
      "name the SMMU; if it is one, its `compatible' has to have a string that Xen knows" },
    { "it is behind two IOMMUs, which Xen cannot drive",
      "iommus-two", ERROR, "iommus", 0, NOT_KEPT,
      "name one SMMU; the other has to pass the device's DMA through" },
    { "its IOMMU has no `#iommu-cells' of 1 to 4",
      "iommu-cells", ERROR, "iommus", 0, NOT_KEPT,
      "correct #iommu-cells of the SMMU" },
    { "its IOMMU is disabled, so Xen does not drive it",
      "iommu-disabled", ERROR, "iommus", 0,
      "does not drive the SMMU: the device's DMA is as firmware left it",
      "set the SMMU's status to \"okay\"" },
    { "its IOMMU is marked `xen,passthrough', so Xen does not drive it",
      "iommu-passthrough", ERROR, "iommus", 0,
      "does not drive the SMMU: the device's DMA is as firmware left it",
      "remove xen,passthrough from the SMMU" },
    { "more StreamIDs than Xen keeps for one master",
      "streams-too-many", ERROR, "iommus", 0, NOT_KEPT,
      "use masks, or list just the StreamIDs that firmware uses" },
    { "StreamID %#x with mask %#x has more bits than the 15 of a match entry",
      "stream-too-large", ERROR, "iommus", 0, NOT_KEPT,
      "correct the StreamID and the mask" },
    { "StreamID %#x has more bits than the 15 of a match entry",
      "stream-too-large", ERROR, "iommus", 0, NOT_KEPT,
      "correct the StreamID" },
    { "`mmu-masters' has it twice, and Xen does not drive such an SMMU",
      "mmu-masters-twice", ERROR, "#stream-id-cells", 0, NOT_KEPT,
      "name the device once in mmu-masters, with all its StreamIDs" },
    { "`mmu-masters' has no StreamID for it",
      "mmu-masters-no-stream", ERROR, "#stream-id-cells", 0, NOT_KEPT,
      "set #stream-id-cells to the number of StreamIDs in mmu-masters" },
    { "rmr: %s: `#stream-id-cells' is %u, and Xen's driver takes the first %u StreamIDs only: the DMA of the others is not kept\n",
      "mmu-masters-too-many", ERROR, "#stream-id-cells", 0,
      "keeps the DMA of the first StreamIDs only",
      "use `iommus' in place of mmu-masters" },
    { "rmr: %s: `mmu-masters' is no list of devices with `#stream-id-cells' and that many StreamIDs: what follows cell %u is ignored\n",
      "mmu-masters-no-list", ERROR, "mmu-masters", 0,
      "ignores the rest of the property",
      "give each device that it names #stream-id-cells, and that many StreamIDs" },

    /* --- dt.c: masters ---------------------------------------------------- */
    { "no region is left: its DMA is not kept",
      "master-no-region", ERROR, "memory-region", 0, NOT_KEPT,
      "mend what is wrong with its regions" },
    { "only carve-outs: nothing to keep alive",
      "master-carve-outs", NOTE, "memory-region", 0,
      "takes it for an ordinary device",
      "give the region node `reg' if the device uses memory there at boot" },

    /* --- dt.c: the command line ------------------------------------------- */
    { "reaches beyond a bank of RAM", "cmdline-beyond-ram", ERROR, NULL, 0,
      IGNORED, "name memory that is all in one bank of RAM, or all outside" },
    { "overlaps memory that is already spoken for", "cmdline-taken", ERROR,
      NULL, 0, IGNORED, "name memory that no module and no other reservation is in" },
    { "no bank of reserved memory is left for it", "cmdline-no-bank", ERROR,
      NULL, 0, IGNORED, "reserve less, or reserve it in the device tree" },
    { "no <base>+<size> after the last `:'", "cmdline-syntax", ERROR, NULL, 0,
      IGNORED, SYNTAX },
    { "no size after the `+'", "cmdline-syntax", ERROR, NULL, 0, IGNORED,
      SYNTAX },
    { "the size is 0", "cmdline-syntax", ERROR, NULL, 0, IGNORED, SYNTAX },
    { "the region wraps around the end of the address space", "cmdline-wraps",
      ERROR, NULL, 0, IGNORED, "correct base or size" },
    { "too many items", "cmdline-too-many", ERROR, NULL, 0, IGNORED,
      "describe regions in the device tree: xen-rmr annotate does" },
    { "too long for Xen's command line, its end may be missing: use an alias",
      "cmdline-too-long", ERROR, NULL, 0, IGNORED,
      "use an alias of /aliases in place of the path" },
    { "neither a boolean, nor <node>=off, nor <node>=keep, nor <node>:<base>+<size>",
      "cmdline-syntax", ERROR, NULL, 0, IGNORED, SYNTAX },
    { "no node is named", "cmdline-syntax", ERROR, NULL, 0, IGNORED, SYNTAX },
    { "the node's name is too long: use an alias", "cmdline-too-long", ERROR,
      NULL, 0, IGNORED, "use an alias of /aliases in place of the path" },
    { "only `off' or `keep' can follow the node's `='", "cmdline-syntax",
      ERROR, NULL, 0, IGNORED, SYNTAX },
    { "no such node or alias in the device tree", "cmdline-no-node", ERROR,
      NULL, 0, IGNORED, "correct the path or the alias" },
    { "the node has no `iommus'", "cmdline-no-master", ERROR, NULL, 0, IGNORED,
      "name the node that has `iommus'" },
    { "the node is disabled", "cmdline-disabled", ERROR, NULL, 0, IGNORED,
      "set its status to \"okay\"" },
    { "another item has it off", "cmdline-off-too", ERROR, NULL, 0, IGNORED,
      "drop one of the two items" },
    { "rmr: %s: off on the command line: not kept\n", "cmdline-off", NOTE,
      NULL, 0, "takes it for an ordinary device", "drop the item to keep its DMA" },
    { "is off on the command line", "cmdline-off-tuple", NOTE,
      "iommu-addresses", 0, SKIPPED, "drop the item to keep its DMA" },
    { "rmr: %s: what is in its regions is kept when another domain gets it\n",
      "cmdline-keep", NOTE, NULL, 0, "does not wipe the regions",
      "drop the item to have them wiped" },
    { "rmr: off on the command line\n", "cmdline-all-off", WARNING, NULL, 0,
      "keeps no DMA at all", "drop rmr=no" },

    /* --- policy.c: one region --------------------------------------------- */
    { "%"PRIrmr" bytes from there wrap around the end of the address space",
      "region-wraps", ERROR, "iommu-addresses", 1, NOT_MAPPED,
      "correct address or size" },
    { "ends beyond the %u bits of I/O address that the SMMU can translate",
      "region-beyond-smmu", ERROR, "iommu-addresses", 1, NOT_MAPPED,
      "use lower addresses; if CPU and SMMU have more bits, say so with --ipa-bits" },
    { "its memory at %"PRIrmr" ends beyond %u bits of physical address",
      "region-beyond-memory", ERROR, "reg", 1, NOT_MAPPED,
      "use lower memory; if CPU and SMMU have more bits, say so with --ipa-bits" },
    { "its memory at %"PRIrmr" has another offset into the page",
      "region-offset", ERROR, "iommu-addresses", 1, NOT_MAPPED,
      "make the last 12 bits of `reg' and of the tuple's address the same" },
    { "overlaps %s at %"PRIrmr,
      "region-static-memory", ERROR, "reg", 1, NOT_MAPPED,
      "take the region out of xen,static-heap and xen,static-mem" },
    { "overlaps the boot module \"%s\" at %"PRIrmr,
      "region-module", ERROR, "reg", 1, NOT_MAPPED,
      "load the module elsewhere" },
    { "overlaps registers of %s, which Xen uses",
      "region-registers", ERROR, "reg", 1, NOT_MAPPED,
      "correct `reg': registers are no memory to be kept" },
    { "not page aligned, and its first or last page is not reserved as a whole (round `reg' to pages)",
      "region-part-page", ERROR, "reg", 1, NOT_MAPPED,
      "round `reg' outward to 4 KB; the tuple may stay as it is" },
    { "its memory at %"PRIrmr" is not all reserved: %s",
      "region-not-reserved", ERROR, "reg", 1, NOT_MAPPED,
      "make `reg' of that node cover it, and no static memory nor module" },
    { "not page aligned, and %s has a region in its first or last page",
      "region-page-shared", ERROR, "reg", 1, NOT_MAPPED,
      "put the regions of different devices in different 4 KB pages" },
    { "overlaps another of the same device, and the %u in %"PRIrmr"-%"PRIrmr" lead to different memory: none is right",
      "region-ambiguous", ERROR, "iommu-addresses", 1, NOT_MAPPED,
      "give the tuples of one device addresses that do not overlap" },

    /* --- policy.c: several masters ---------------------------------------- */
    { "rmr: %s: has a StreamID of %s behind %s: its DMA is not kept, and %s can never be assigned\n",
      "stream-alias", ERROR, "iommus", 0, NOT_KEPT, OWN_STREAMS },
    { "rmr: %s and %u more: beyond the %u StreamIDs of devices with masks that Xen compares: their DMA is not kept\n",
      "streams-masked-too-many", ERROR, "iommus", 0, NOT_KEPT,
      "list StreamIDs without masks" },
    { "rmr: %s: shares its region at %"PRIrmr" with %s: they go to one domain, or stay\n",
      "region-shared", NOTE, "memory-region", 0,
      "assigns the devices to one domain only",
      "give each a region of its own to assign them to different domains" },
    { "rmr: %s: has part of its region at %"PRIrmr" in common with %s: it is kept, and can never be assigned\n",
      "region-overlap", WARNING, "memory-region", 0, KEPT_ONLY,
      "give the devices the very same region, or regions that do not overlap" },

    /* --- policy-domain.c: a device that is no RMR master ------------------- */
    { "rmr: %s: StreamID %#x%s is that of %s, whose context is not shared: not assigned to any domain; rmr=%s=off makes both ordinary\n",
      "stream-of-master", ERROR, "iommus", 0,
      "assigns the device to no domain, dom0 neither", OWN_STREAMS },

    /* --- What Xen cannot say ---------------------------------------------- */
    { NULL, "kept", NOTE, NULL, 0, "keeps the device's DMA alive", NULL },
    { NULL, "kept-only", WARNING, NULL, 0, KEPT_ONLY,
      "give each device StreamIDs and pages of its own" },
    { NULL, "xen-stops", ERROR, NULL, 0, "stops at boot",
      "correct what the message names" },
    { NULL, "framebuffer-no-master", WARNING, "reg", 0,
      "knows of no device that reads the picture: it goes dark when the SMMU starts",
      "give the display's node a region for that memory: xen-rmr annotate does" },
    { NULL, "memory-region-undeclared", WARNING, "memory-region", 0,
      "takes the device for one that is off: if it is not, its DMA is aborted",
      "if firmware leaves it running: xen-rmr annotate" },
    { NULL, "splash-no-master", WARNING, "reg", 0,
      "knows of no device that uses the memory",
      "give the display's node a region for that memory: xen-rmr annotate does" },
};

const unsigned int nr_messages = SIZE(messages);

/* Up to the first conversion, which is all that tells it from others. */
static bool says(const char *text, const char *said)
{
    size_t len = strcspn(text, "%");

    return len && !strncmp(text, said, len) && (text[len] || !said[len]);
}

/* A reason, which stands in one of the strings, says more than its line. */
const struct message *message_find(const char *fmt, const char *const *strings,
                                   unsigned int nr_strings)
{
    unsigned int i, n;

    for ( n = 0; n < nr_strings; n++ )
        for ( i = 0; i < nr_messages; i++ )
            if ( messages[i].text && says(messages[i].text, strings[n]) )
                return &messages[i];

    for ( i = 0; i < nr_messages; i++ )
        if ( messages[i].text && strstr(fmt, messages[i].text) )
            return &messages[i];

    return NULL;
}

const struct message *message_of(const char *code)
{
    unsigned int i;

    for ( i = 0; i < nr_messages && strcmp(messages[i].code, code); i++ )
        ;

    return i < nr_messages ? &messages[i] : NULL;
}

/*
 * Local variables:
 * mode: C
 * c-file-style: "BSD"
 * c-basic-offset: 4
 * indent-tabs-mode: nil
 * End:
 */
