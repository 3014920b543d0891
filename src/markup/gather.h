/* gather.h -- messages between banks (ISO 20022), taken apart into rows.
 *
 * A form says what is asked for of one kind of message: the element that is a row (a transfer, a
 * status), and the paths of the values that are wanted.  A message is found wherever it stands: as
 * a document, in an envelope beside its header, several one behind the other; with a prefix or
 * without.  What the form does not name is passed over.
 *
 *     <Envelope> <AppHdr/> <Document xmlns="…pacs.008.001.08"> <FIToFICstmrCdtTrf>   the root
 *                              GrpHdr/MsgId … ────────────────── columns of the message
 *                              CdtTrfTxInf ─────────────────────  a row, with its own columns
 */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "markup.h"

enum gather_how {
    GATHER_ONCE,   /* a second one is told as `twice` */
    GATHER_FIRST,  /* others are passed over */
    GATHER_JOINED, /* all of them, a line end between */
};

/* Below the root: "CdtTrfTxInf/PmtId/UETR"; an attribute: "CdtTrfTxInf/IntrBkSttlmAmt/@Ccy".
 * Several paths may share a column. */
struct gather_path {
    const char *path;
    unsigned column;
    enum gather_how how;
};

struct gather_form {
    const char *message; /* "pacs.008" */
    const char *root;    /* "FIToFICstmrCdtTrf" */
    unsigned version_min, version_max;
    const char *row; /* "CdtTrfTxInf"; columns below it are the row's, the others the message's */
    const struct gather_path *paths;
    unsigned paths_count;
};

enum { GATHER_NOWHERE = GATHER_COLUMNS_MAX, GATHER_VALUE_BYTES = 512 };

/* A row, or at its end a message.  Lent until the call returns. */
struct gathered {
    unsigned form;
    unsigned version;           /* 8 of pacs.008.001.08; 0: no namespace says it */
    uint64_t line;              /* of the row's start tag; of the message's */
    uint64_t rows_count;        /* of the message so far, with this one */
    const struct slice *column; /* trimmed, cut to GATHER_VALUE_BYTES; empty: not there */
    const char *twice;          /* the path of a value that is there twice; NULL: none */
};

enum stranger_why {
    STRANGER_SPACE,   /* a message of ours by its element, in a namespace of others */
    STRANGER_VERSION, /* older or newer than we know */
    STRANGER_MESSAGE, /* another message */
    STRANGER_NOTHING, /* a document without any message */
};

/* What is no message of these forms. */
struct gather_stranger {
    enum stranger_why why;
    unsigned form; /* of SPACE and VERSION: what it looks like */
    uint64_t line;
    struct slice value; /* its namespace; without one, its element */
    struct slice path;
};

struct gather_sink {
    enum status (*row)(void *self, const struct gathered *row);
    enum status (*message)(void *self, const struct gathered *message);
    enum status (*stranger)(void *self, const struct gather_stranger *stranger);
    void *self;
};

struct gather;

/* The forms live as long as the gather.  STATUS_FULL. */
enum status gather_create(struct gather **out, const struct gather_form *forms,
                          unsigned forms_count, struct gather_sink sink, struct arena *boot);
/* A new stream of documents, from this line on. */
void gather_begin(struct gather *gather, uint64_t line);
/* Reads on.  Of the bytes `*used` were used; the caller offers the others again.  `last`: nothing
 * comes behind them.  OK: goes on.  END: they end behind a document.  MALFORMED: see
 * gather_trouble(); nothing can be read behind it.  Others are the sink's. */
enum status gather_read(struct gather *gather, struct slice bytes, bool last, size_t *used);
const struct markup_trouble *gather_trouble(const struct gather *gather);
/* Whether a row is begun, and on which line. */
bool gather_is_in_row(const struct gather *gather, uint64_t *line);
/* The path of a column, for people: "CdtTrfTxInf/PmtId/UETR"; the last of those that share it. */
struct slice gather_column_path(const struct gather_form *form, unsigned column);
/* Which messages the forms read: "pacs.008.001.02 … 12, pacs.002.001.03 … 14". */
void text_add_forms(struct text *text, const struct gather_form *forms, unsigned forms_count);
void gather_destroy(struct gather *gather);
