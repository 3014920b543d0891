/* markup.h -- XML from outside, as a stream of events, in constant memory.
 *
 * What is read here was written by somebody else, perhaps to do harm.  So there is no document
 * type, no entity but the five of XML, no other encoding than UTF-8, and a bound for everything
 * that can be long: a text, a tag, the depth.  Nothing is ever fetched.
 *
 * A document that breaks a rule is read no further, and the trouble says where and why; what came
 * before it has been handed on. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "ground/limits.h"
#include "ground/text.h"
#include "ground/tongue.h"

enum markup_fault {
#define MARKUP_FAULT(name, en, zh) MARKUP_##name,
#include "faults.inc"
#undef MARKUP_FAULT
    MARKUP_FAULTS_COUNT
};

enum { MARKUP_PATH_BYTES = 256, MARKUP_VALUE_BYTES = 64 };

struct markup_trouble {
    enum markup_fault fault; /* FINE: there is none */
    uint64_t line;
    char value[MARKUP_VALUE_BYTES + 1]; /* what it is about; cut; no text of the document */
    char path[MARKUP_PATH_BYTES];       /* of the element; cut; empty: outside of all */
};

/* One start tag.  Lent until the call returns. */
struct markup_element {
    struct slice space; /* its namespace; empty: it has none.  Equal ones have the same address */
    struct slice name;  /* without the prefix */
    unsigned depth;     /* of the outermost: 1 */
    uint64_t line;
    const void *attributes; /* see markup_attribute() */
    unsigned attributes_count;
};

/* A status that is not OK stops the reading and is what markup_read() returns. */
struct markup_sink {
    enum status (*open)(void *self, const struct markup_element *element);
    enum status (*text)(void *self, struct slice piece); /* of the innermost; in any number */
    enum status (*close)(void *self, unsigned depth);
    void *self;
};

struct markup;

/* Nothing is open yet.  Memory from boot, and outside of it what the library takes (bounded).
 * STATUS_FULL. */
enum status markup_create(struct markup **out, struct markup_sink sink, struct arena *boot);
/* A new document, whose first byte stands on this line.  Forgets the one before. */
void markup_begin(struct markup *markup, uint64_t line);
/* Reads on.  Of the bytes `*used` were used; the caller offers the others again, with more behind
 * them.  `last`: there is nothing behind.  OK: goes on.  END: the document ended with the bytes
 * used.  MALFORMED: see markup_trouble().  Others are the sink's. */
enum status markup_read(struct markup *markup, struct slice bytes, bool last, size_t *used);
/* Lends until the next begin. */
const struct markup_trouble *markup_trouble(const struct markup *markup);
/* The number of the line that is being read. */
uint64_t markup_line(const struct markup *markup);
/* "/Document/FIToFICstmrCdtTrf/CdtTrfTxInf": the elements that are open. */
void text_add_markup_path(struct text *text, const struct markup *markup);
/* The value of an attribute without prefix; at NULL: it is not there. */
struct slice markup_attribute(const struct markup_element *element, const char *name);
/* Ends what is held outside of the arena. */
void markup_destroy(struct markup *markup);

/* The trouble in one sentence in the tongue, with line and path. */
void text_add_markup_trouble(struct text *text, const struct markup_trouble *trouble,
                             enum tongue tongue);
/* Text with what XML wants escaped, for whoever writes; characters that XML forbids become
 * U+FFFD. */
void text_add_markup(struct text *text, struct slice slice);
