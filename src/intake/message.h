/* message.h -- messages between banks, ISO 20022: transfers (pacs.008) become payments; of reports
 * on them (pacs.002), those of a failure are told. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "markup/gather.h"
#include "row.h"
#include "source.h"

/* The columns of a transfer, by the name that message_columns.inc gives them; each once. */
enum message_column {
    TRANSFER_CREATED,
    TRANSFER_INSTG_OF_ALL,
    TRANSFER_INSTD_OF_ALL,
    TRANSFER_UETR,
    TRANSFER_TX,
    TRANSFER_INSTR,
    TRANSFER_AMOUNT,
    TRANSFER_CURRENCY,
    TRANSFER_ACCEPTED,
    TRANSFER_DEBITED,
    TRANSFER_INSTG,
    TRANSFER_INSTD,
    TRANSFER_DBTR_IBAN,
    TRANSFER_DBTR_OTHR,
    TRANSFER_DBTR_PRXY,
    TRANSFER_DBTR_BIC,
    TRANSFER_DBTR_MMB,
    TRANSFER_DBTR_AGT,
    TRANSFER_CDTR_IBAN,
    TRANSFER_CDTR_OTHR,
    TRANSFER_CDTR_PRXY,
    TRANSFER_CDTR_BIC,
    TRANSFER_CDTR_MMB,
    TRANSFER_CDTR_AGT,
    TRANSFER_COLUMNS
};

enum message_what {
    MESSAGE_PAYMENT, /* columns of a transfer */
    MESSAGE_PASSED,  /* a report of no failure */
    MESSAGE_WRONG,   /* a reject: reason, path, value */
};

struct message_row {
    enum message_what what;
    uint64_t line;
    enum reject_reason reason;
    struct slice path, value;
    struct slice column[TRANSFER_COLUMNS];
};

struct messages; /* of one file at a time */

/* STATUS_FULL.  Memory from boot, for any number of files one after another. */
enum status messages_create(struct messages **out, struct arena *boot);
/* A file whose first byte stands on this line. */
void messages_begin(struct messages *messages, uint64_t line);
/* The next row, lent until the next call.  END: no more.  MALFORMED: nothing can be read behind
 * this, see messages_trouble(). */
enum status messages_next(struct messages *messages, struct source *source,
                          const struct message_row **out);
const struct markup_trouble *messages_trouble(const struct messages *messages);
/* For the end of the process. */
void messages_destroy(struct messages *messages);

/* How a payment is made of a transfer's columns, and their paths, TRANSFER_COLUMNS of them.  Memory
 * from the arena. */
enum status message_plan(struct plan *plan, const struct slice **paths, struct arena *arena);
/* "pacs.008.001.02–12, pacs.002.001.03–14". */
void text_add_messages(struct text *text);
/* The values of the row, each with its path, for people. */
void text_add_message_row(struct text *text, const struct message_row *row);
