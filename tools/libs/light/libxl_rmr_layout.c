/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * Every refusal that can be judged before a domain exists, one function per
 * rule, each with one line that names the device, the region, what it meets
 * and what can be changed; and the layout of RAM.
 *
 * The hypervisor refuses the same again, when a device is assigned. Here is
 * where the message comes before anything is built.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "libxl_rmr_layout.h"

#define TEXT_LEN 512

/* Said of what no option of the guest's changes. */
#define LEAVE_OUT "leave the device out of dtdev=, " \
                  "or have firmware reserve other memory for it"

static uint64_t last_of(libxl__rmr_range r)
{
    uint64_t last = r.start + r.size - 1;

    return last < r.start ? ~UINT64_C(0) : last;
}

static bool overlap(libxl__rmr_range a, libxl__rmr_range b)
{
    return a.size && b.size && a.start <= last_of(b) && b.start <= last_of(a);
}

static bool is_carve_out(const libxl__rmr_region *r)
{
    return r->pa == LIBXL__RMR_NO_PA;
}

/* The memory of a region. */
static libxl__rmr_range memory_of(const libxl__rmr_region *r)
{
    libxl__rmr_range memory = { .start = r->pa, .size = r->range.size };

    if (is_carve_out(r))
        memory.size = 0;

    return memory;
}

static bool same_region(const libxl__rmr_region *a, const libxl__rmr_region *b)
{
    return a->range.start == b->range.start &&
           a->range.size == b->range.size && a->pa == b->pa;
}

/*---------------------------- Refusals ----------------------------*/

typedef struct {
    const libxl__rmr_request *request;
    libxl__rmr_say *say;
    void *data;
} judge;

#define REGION "region 0x%"PRIx64"-0x%"PRIx64
#define REGION_ARGS(r) (r)->range.start, last_of((r)->range)

#define refuse(j, ...) do {                             \
    char text_[TEXT_LEN];                               \
    snprintf(text_, sizeof(text_), __VA_ARGS__);        \
    (j)->say((j)->data, true, text_);                   \
} while (0)

static bool is_never(const judge *j, const libxl__rmr_master *m)
{
    if (m->kept) {
        refuse(j, "%s: cannot be assigned to any domain: %s; Xen's option "
               "rmr=%s=off makes it an ordinary device", m->node, m->kept,
               m->node);
        return true;
    }
    if (m->broken) {
        refuse(j, "%s: cannot be assigned before the next boot: its SMMU did "
               "not complete an invalidation", m->node);
        return true;
    }

    return false;
}

static bool is_owned(const judge *j, const libxl__rmr_master *m)
{
    if (!m->owned)
        return false;

    if (m->owner == 0)
        refuse(j, "%s: is domain 0's; mark its node xen,passthrough in the "
               "host's device tree to give it to a guest", m->node);
    else
        refuse(j, "%s: is domain %"PRIu32"'s%s%s%s; destroy that domain first",
               m->node, m->owner, m->owner_name ? " (" : "",
               m->owner_name ? m->owner_name : "", m->owner_name ? ")" : "");

    return true;
}

static bool is_in_company(const judge *j, const libxl__rmr_master *m)
{
    if (m->wish != LIBXL__RMR_STRICT || j->request->nr_devices == 1)
        return false;

    refuse(j, "%s: has memory reserved for its DMA, and the guest has %u "
           "devices that do DMA: with rdm_policy=strict it must be the only "
           "one; rdm_policy=relaxed allows others beside it", m->node,
           j->request->nr_devices);

    return true;
}

/* The same memory in two domains would be a way from one to the other. */
static bool is_shared(const judge *j, const libxl__rmr_master *m)
{
    unsigned int i, k, n;

    for (i = 0; i < j->request->nr_masters; i++) {
        const libxl__rmr_master *other = &j->request->masters[i];

        if (other == m || !other->owned)
            continue;

        for (k = 0; k < m->nr_regions; k++)
            for (n = 0; n < other->nr_regions; n++)
                if (overlap(memory_of(&m->regions[k]),
                            memory_of(&other->regions[n]))) {
                    refuse(j, "%s: shares the memory of its "REGION" with %s, "
                           "which is domain %"PRIu32"'s; both have to be one "
                           "domain's", m->node, REGION_ARGS(&m->regions[k]),
                           other->node, other->owner);
                    return true;
                }
    }

    return false;
}

static bool is_in_iomem(const judge *j, const libxl__rmr_master *m,
                        const libxl__rmr_region *r)
{
    bool assigned = m->wish != LIBXL__RMR_NOT_ASSIGNED;
    unsigned int i;

    for (i = 0; i < j->request->nr_iomem; i++) {
        const libxl__rmr_iomem *io = &j->request->iomem[i];

        if (overlap(io->machine, memory_of(r))) {
            refuse(j, "%s: "REGION" is also given by iomem=\"0x%"PRIx64
                   ",0x%"PRIx64"\"; drop that, the region comes with the "
                   "device%s", m->node, REGION_ARGS(r),
                   io->machine.start >> 12, io->machine.size >> 12,
                   assigned ? "" : " in dtdev=");
            return true;
        }
        if (assigned && overlap(io->guest, r->range)) {
            refuse(j, "%s: "REGION" is where iomem=\"0x%"PRIx64",0x%"PRIx64
                   "@0x%"PRIx64"\" is to be in the guest; choose another "
                   "address there", m->node, REGION_ARGS(r),
                   io->machine.start >> 12, io->machine.size >> 12,
                   io->guest.start >> 12);
            return true;
        }
    }

    return false;
}

static bool is_beyond(const judge *j, const libxl__rmr_region *r,
                      uint64_t *last)
{
    unsigned int i;

    *last = 0;
    for (i = 0; i < j->request->nr_banks; i++)
        if (last_of(j->request->banks[i]) > *last)
            *last = last_of(j->request->banks[i]);

    return last_of(r->range) > *last;
}

static const libxl__rmr_fixed *fixed_at(const judge *j,
                                        const libxl__rmr_region *r)
{
    unsigned int i;

    for (i = 0; i < j->request->nr_fixed; i++)
        if (overlap(j->request->fixed[i].range, r->range))
            return &j->request->fixed[i];

    return NULL;
}

/* Addresses that cannot be had, for a master that will be the guest's. */
static bool is_taken(const judge *j, const libxl__rmr_master *m,
                     const libxl__rmr_region *r)
{
    const libxl__rmr_fixed *f = fixed_at(j, r);
    uint64_t last;

    if (is_beyond(j, r, &last)) {
        refuse(j, "%s: "REGION" is beyond what a guest can have, which ends "
               "at 0x%"PRIx64"; "LEAVE_OUT, m->node, REGION_ARGS(r), last);
        return true;
    }
    if (f) {
        refuse(j, "%s: "REGION" is where a guest has %s "
               "(0x%"PRIx64"-0x%"PRIx64"); %s", m->node, REGION_ARGS(r),
               f->what, f->range.start, last_of(f->range),
               f->without ? f->without : LEAVE_OUT);
        return true;
    }

    return false;
}

/* The same for one that stays the host's, with rdm="strategy=host". */
static bool is_taken_for_host(const judge *j, const libxl__rmr_master *m,
                              const libxl__rmr_region *r, bool *skip)
{
    const libxl__rmr_fixed *f = fixed_at(j, r);
    char text[TEXT_LEN];
    uint64_t last;

    *skip = is_beyond(j, r, &last) || f;
    if (!*skip)
        return false;

    snprintf(text, sizeof(text), "%s: "REGION" cannot be kept free in the "
             "guest, which has %s there%s", m->node, REGION_ARGS(r),
             f ? f->what : "no addresses",
             j->request->host_strict ?
             "; rdm=\"strategy=host,policy=relaxed\" goes on without" :
             ": the device cannot be assigned to it later");
    j->say(j->data, j->request->host_strict, text);

    return j->request->host_strict;
}

/* Two of the guest's masters: the very same region, or none in common. */
static bool is_at_anothers(const judge *j, const libxl__rmr_master *m,
                           const libxl__rmr_region *r)
{
    const libxl__rmr_master *other;
    unsigned int i;

    for (other = j->request->masters; other != m; other++) {
        if (other->wish == LIBXL__RMR_NOT_ASSIGNED)
            continue;

        for (i = 0; i < other->nr_regions; i++) {
            const libxl__rmr_region *there = &other->regions[i];

            if (!overlap(there->range, r->range) || same_region(there, r) ||
                (is_carve_out(there) && is_carve_out(r)))
                continue;

            refuse(j, "%s: "REGION" and "REGION" of %s cannot both be in one "
                   "guest; assign one of the two devices only", m->node,
                   REGION_ARGS(r), REGION_ARGS(there), other->node);
            return true;
        }
    }

    return false;
}

/* Everything about the regions of @m; those to keep free become holes. */
static bool judge_regions(const judge *j, const libxl__rmr_master *m,
                          libxl__rmr_layout *layout)
{
    bool assigned = m->wish != LIBXL__RMR_NOT_ASSIGNED, skip = !assigned;
    unsigned int i;

    for (i = 0; i < m->nr_regions; i++) {
        const libxl__rmr_region *r = &m->regions[i];

        if (is_in_iomem(j, m, r))
            return false;
        if (assigned && (is_taken(j, m, r) || is_at_anothers(j, m, r)))
            return false;
        if (!assigned && j->request->host &&
            is_taken_for_host(j, m, r, &skip))
            return false;
        if (!skip)
            layout->holes[layout->nr_holes++] = r->range;
    }

    return true;
}

static bool judge_master(const judge *j, const libxl__rmr_master *m,
                         libxl__rmr_layout *layout)
{
    if (m->wish != LIBXL__RMR_NOT_ASSIGNED &&
        (is_never(j, m) || is_owned(j, m) || is_in_company(j, m) ||
         is_shared(j, m)))
        return false;

    return judge_regions(j, m, layout);
}

/*------------------------------ RAM -------------------------------*/

/* Of a range that must stay free, all that RAM must keep clear of. */
static void clear_of(libxl__rmr_range r, uint64_t *from, uint64_t *upto)
{
    const uint64_t low_bits = LIBXL__RMR_RAM_ALIGN - 1;
    uint64_t last = last_of(r) | low_bits;

    *from = r.start & ~low_bits;
    *upto = last == ~UINT64_C(0) ? last : last + 1;
}

/*
 * The first piece of [@at, @end) that none of @used is in: it ends at *@stop,
 * and the search goes on at what is returned.
 */
static uint64_t next_piece(const libxl__rmr_range *used, unsigned int nr_used,
                           uint64_t at, uint64_t end, uint64_t *stop)
{
    uint64_t resume = end;
    unsigned int i;

    *stop = end;
    for (i = 0; i < nr_used; i++) {
        uint64_t from, upto;

        if (!used[i].size)
            continue;

        clear_of(used[i], &from, &upto);
        if (upto <= at || from >= *stop)
            continue;

        *stop = from > at ? from : at;
        resume = upto < end ? upto : end;
    }

    return resume;
}

unsigned int libxl__rmr_spread_ram(const libxl__rmr_range *banks,
                                   unsigned int nr_banks,
                                   const libxl__rmr_range *holes,
                                   unsigned int nr_holes, uint64_t ram,
                                   libxl__rmr_range *out, uint64_t *room)
{
    uint64_t left = ram;
    unsigned int bank, nr = 0;

    *room = 0;
    for (bank = 0; bank < nr_banks; bank++) {
        const uint64_t end = banks[bank].start + banks[bank].size;
        uint64_t at = banks[bank].start, stop, resume;

        for (; at < end; at = resume) {
            uint64_t size;

            resume = next_piece(holes, nr_holes, at, end, &stop);
            size = stop - at;
            *room += size;
            if (size > left)
                size = left;
            if (!size)
                continue;

            out[nr].start = at;
            out[nr++].size = size;
            left -= size;
        }
    }

    return left ? 0 : nr;
}

libxl__rmr_range libxl__rmr_largest_gap(libxl__rmr_range bank,
                                        const libxl__rmr_range *used,
                                        unsigned int nr_used)
{
    const uint64_t end = bank.start + bank.size;
    libxl__rmr_range largest = { .start = bank.start };
    uint64_t at, stop, resume;

    for (at = bank.start; at < end; at = resume) {
        resume = next_piece(used, nr_used, at, end, &stop);
        if (stop - at > largest.size) {
            largest.start = at;
            largest.size = stop - at;
        }
    }

    return largest;
}

static bool judge_ram(const judge *j, libxl__rmr_layout *layout)
{
    const libxl__rmr_request *request = j->request;
    libxl__rmr_request alone = *request;
    uint64_t room;

    layout->nr_ram = libxl__rmr_spread_ram(request->banks, request->nr_banks,
                                           layout->holes, layout->nr_holes,
                                           request->ram, layout->ram, &room);
    if (layout->nr_ram)
        return true;

    if (request->host && !request->host_strict) {
        j->say(j->data, false, "rdm=: RAM does not fit around the regions of "
               "all the host's devices; only those in dtdev= are kept free");
        alone.host = false;
        return libxl__rmr_plan(&alone, layout, j->say, j->data);
    }

    refuse(j, "memory=%"PRIu64" is too much: %"PRIu64" MB are left around "
           "what has to stay free for %s", request->ram >> 20, room >> 20,
           request->host ? "rdm=\"strategy=host,policy=strict\"" : "dtdev=");

    return false;
}

bool libxl__rmr_plan(const libxl__rmr_request *request,
                     libxl__rmr_layout *layout,
                     libxl__rmr_say *say, void *data)
{
    const judge j = { .request = request, .say = say, .data = data };
    unsigned int i;

    layout->nr_holes = 0;
    for (i = 0; i < request->nr_masters; i++)
        if (!judge_master(&j, &request->masters[i], layout))
            return false;

    if (layout->nr_holes)
        return judge_ram(&j, layout);

    /* As without masters, then: not judged here. */
    layout->nr_ram = 0;

    return true;
}

/*------------------------- What is loaded -------------------------*/

/* The modules at @at: in one piece of RAM, and above the kernel? */
static bool modules_fit(const libxl__rmr_range *ram, unsigned int nr_ram,
                        uint64_t kernel_end, uint64_t at, uint64_t size)
{
    unsigned int i;

    for (i = 0; i < nr_ram; i++)
        if (at >= ram[i].start && at - ram[i].start <= ram[i].size &&
            size <= ram[i].size - (at - ram[i].start))
            return at >= kernel_end;

    return false;
}

/*
 * As near as possible to what the loader does without holes: at the preferred
 * address, or at the end of the kernel's piece; then in the next piece above.
 */
static bool place_modules(const libxl__rmr_range *ram, unsigned int nr_ram,
                          unsigned int kernel_piece, uint64_t kernel_end,
                          const libxl__rmr_boot *boot, uint64_t *modules)
{
    unsigned int i;

    *modules = boot->preferred;
    if (modules_fit(ram, nr_ram, kernel_end, *modules, boot->modules))
        return true;

    for (i = kernel_piece; i < nr_ram; i++) {
        if (boot->modules > ram[i].size)
            continue;
        *modules = i == kernel_piece ?
                   ram[i].start + ram[i].size - boot->modules : ram[i].start;
        if (modules_fit(ram, nr_ram, kernel_end, *modules, boot->modules))
            return true;
    }

    return false;
}

/* By how much the kernel has to move up to be in @piece. False: cannot be. */
static bool move_kernel(libxl__rmr_range piece, const libxl__rmr_boot *boot,
                        uint64_t *move)
{
    const uint64_t low_bits = LIBXL__RMR_RAM_ALIGN - 1;
    const uint64_t base = boot->kernel.start & ~low_bits;
    const uint64_t offset = boot->kernel.start - base;
    /* Whole blocks: what a kernel needs below its first byte, and after. */
    const uint64_t size = (offset + boot->kernel.size + low_bits) & ~low_bits;

    *move = piece.start > base ? piece.start - base : 0;

    return piece.start <= base + *move &&
           base + *move - piece.start <= piece.size &&
           size <= piece.size - (base + *move - piece.start) &&
           (!*move || boot->movable);
}

bool libxl__rmr_place_boot(const libxl__rmr_range *ram, unsigned int nr_ram,
                           const libxl__rmr_boot *boot, uint64_t *move,
                           uint64_t *modules)
{
    const uint64_t low_bits = LIBXL__RMR_RAM_ALIGN - 1;
    unsigned int i;

    for (i = 0; i < nr_ram; i++) {
        uint64_t end;

        if (!move_kernel(ram[i], boot, move))
            continue;

        end = (boot->kernel.start + *move + boot->kernel.size + low_bits) &
              ~low_bits;
        if (place_modules(ram, nr_ram, i, end, boot, modules))
            return true;
    }

    return false;
}

/*
 * Local variables:
 * mode: C
 * c-basic-offset: 4
 * indent-tabs-mode: nil
 * End:
 */
