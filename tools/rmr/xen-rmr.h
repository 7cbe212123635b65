/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * xen-rmr: what Xen makes of the reserved DMA regions of a device tree, before
 * it is booted. What the tool's files share.
 *
 *   main.c       the command line
 *   blob.c       files: device trees in and out
 *   messages.c   every message of Xen's dt.c and policy.c: code, severity, mend
 *   host.c       Xen's side: the real dt.c and policy.c run on the tree
 *   lint.c       what Xen says of the tree, and what it cannot say
 *   plan.c       contexts, tables, a guest's layout
 *   svg.c        the same as a picture
 *   annotate.c   regions for a tree, in four ways of writing them
 *   report.c     findings as text and as JSON
 *
 * A tree is hostile: nothing of it is used before blob_read() has checked it,
 * and nothing of it is printed but through put_text(), put_json() and put_xml().
 */
#ifndef XEN_RMR_TOOL_H
#define XEN_RMR_TOOL_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

/* Exit statuses. Of several the highest counts. */
#define STATUS_CLEAN    0
#define STATUS_WARNINGS 1
#define STATUS_ERRORS   2
#define STATUS_USAGE    64

enum severity {
    NOTE,
    WARNING,
    ERROR,
};

/* One message: a line, or the reason that a line gives. */
struct message {
    /*
     * As dt.c or policy.c has it. NULL for what Xen cannot say: then lint.c
     * looks it up by its code.
     */
    const char *text;
    const char *code;                  /* stable */
    enum severity severity;
    const char *property;              /* where the mistake is, or NULL */
    /* Which of the line's strings is the node that has the property. */
    unsigned int node;
    const char *does;                  /* what Xen does now */
    const char *mend;
};

extern const struct message messages[];
extern const unsigned int nr_messages;

/*
 * The row for a line that Xen printed with @fmt and the strings @strings.
 * NULL for a line that nothing is known of.
 */
const struct message *message_find(const char *fmt, const char *const *strings,
                                   unsigned int nr_strings);
/* The row with a code. There is one. */
const struct message *message_of(const char *code);

/* --- Findings ------------------------------------------------------------- */

struct finding {
    const struct message *m;
    char *node;
    char *text;
};

struct findings {
    struct finding *list;
    unsigned int nr;
};

/* @text is printf's. @node may be NULL: the tree as a whole. */
void findings_add(struct findings *f, const struct message *m, const char *node,
                  const char *text, ...)
    __attribute__((__format__(printf, 4, 5)));
unsigned int findings_count(const struct findings *f, enum severity severity);
void findings_free(struct findings *f);

/* --- Trees ---------------------------------------------------------------- */

/*
 * The tree in file @path, or, if @path is "-", of standard input. NULL, with a
 * message, if it cannot be read or is no sound device tree. There are zeroes
 * behind it, so that a string without an end has one. For free().
 */
void *blob_read(const char *path);
/* The same for @size bytes at @data. *@wrong is set if it returns NULL. */
void *blob_check(const void *data, size_t size, const char **wrong);
/* False, with a message, if it could not be written. */
bool blob_write(const char *path, const void *fdt);

/* --- What is asked -------------------------------------------------------- */

#define MAX_ITEMS_ASKED   16
#define MAX_REGIONS_ASKED 8

struct asked_region {
    uint64_t base, size;
};

/* In which way annotate() writes what has to change. */
enum form {
    FORM_TREE,
    FORM_OVERLAY,
    FORM_UBOOT,
    FORM_CMDLINE,
};

struct options {
    const char *file;
    bool json;
    unsigned int ipa_bits;
    const char *items[MAX_ITEMS_ASKED];   /* `rmr=` on Xen's command line */
    unsigned int nr_items;
    /* annotate */
    enum form form;
    const char *master;                   /* path or alias */
    struct asked_region regions[MAX_REGIONS_ASKED];
    unsigned int nr_regions;
    bool no_map;
    const char *output;
    /* plan */
    const char *guest;                    /* items, or NULL */
    bool svg;
};

/* --- Xen's side: host.c --------------------------------------------------- */

/*
 * Does with @fdt, which has to stay, what Xen does with it at boot; what Xen
 * says goes to @f. False if Xen would stop there. xen_forget() undoes it in
 * either case, and has to follow.
 */
bool xen_load(const void *fdt, const struct options *o, struct findings *f);
void xen_forget(void);
/* In between: is all of [@base, @base + @size), one to one, a region of @node? */
bool xen_keeps(const char *node, uint64_t base, uint64_t size);

/* lint.c: after xen_load(): what only the whole tree shows. */
void lint(struct findings *f);

/* report.c: after xen_load() and lint(). Returns an exit status. */
int report(const struct options *o, const struct findings *f);

/* The findings alone, as text. */
void report_text(FILE *to, const struct options *o, const struct findings *f);

/*
 * plan.c: after xen_load(). Prints to standard output. *@refused is set if a
 * guest cannot be made as asked for. NULL, or what is wrong with the question.
 */
const char *plan(const struct options *o, bool *refused);
bool plan_knows_bits(unsigned int ipa_bits);

/* annotate.c. Returns an exit status; what is wrong has been said. */
int annotate(const void *fdt, const struct options *o);

/* Bytes of a tree, harmless to a terminal, to JSON, to XML. */
void put_text(FILE *to, const char *s);
void put_json(FILE *to, const char *s);
void put_xml(FILE *to, const char *s);

#endif /* XEN_RMR_TOOL_H */

/*
 * Local variables:
 * mode: C
 * c-file-style: "BSD"
 * c-basic-offset: 4
 * indent-tabs-mode: nil
 * End:
 */
